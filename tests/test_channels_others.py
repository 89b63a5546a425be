"""Other services by Apprise, and the monitor: real requests to a server on loopback."""

from __future__ import annotations

import pytest

from mscwatch import channels
from mscwatch.channels import heartbeat
from mscwatch.channels.others import body, split_urls
from mscwatch.errors import ChannelError, ConfigError
from mscwatch.model import Notice
from mscwatch.settings import load_settings
from support.news import digest, item
from support.sinks import WebhookSink, free_port


def json_url(sink, *, user="me:hunter2@"):
    return sink.url.replace("http://", f"json://{user}")


def other(url):
    (channel,) = channels.configured(load_settings(apprise_urls=url))
    return channel


def test_a_service_gets_subject_and_text_and_its_address_shows_no_secret():
    with WebhookSink() as sink:
        channel = other(json_url(sink))
        (address,) = channel.addresses
        channel.send(digest(item(1)), address.recipient)
    (post,) = sink.posts
    assert post["title"] == "mscwatch: 1 completed (MSC liver, 2022-10-07)"
    assert "NCT00000001" in post["message"]
    assert "https://clinicaltrials.gov/study/NCT00000001" in post["message"]
    assert address.channel == "json"
    assert address.recipient.startswith("json://***-")


def test_two_urls_of_one_service_are_two_addresses():
    urls = "discord://1234567890/tokentokentoken, discord://1234567890/tokentokentokem"
    one, two = channels.configured(load_settings(apprise_urls=urls))
    assert one.addresses != two.addresses
    assert one.name == two.name == "discord"
    assert "1234567890" not in f"{one.addresses} {two.addresses}"


def test_a_comma_within_a_url_does_not_end_it():
    urls = "mailto://u:p@h.example?to=a@x.example,b@x.example, json://localhost/a"
    assert split_urls(urls) == ["mailto://u:p@h.example?to=a@x.example,b@x.example", "json://localhost/a"]
    assert split_urls(" , ") == []


@pytest.mark.parametrize("url", ["gibberish://me:hunter2@host", "discord://hunter2", "json://", "hunter2"])
def test_a_url_that_apprise_does_not_understand_is_a_sentence_without_it(url):
    with pytest.raises(ConfigError, match="MSCWATCH_APPRISE_URLS") as error:
        other(url)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("code", "about"),
    [(404, "channel"), (410, "channel"), (401, "channel"), (400, "message"), (500, None), (429, None)],
)
def test_what_a_service_refuses_is_told_from_what_it_cannot_do_now(code, about, capfd):
    with WebhookSink((code, "no")) as sink:
        channel = other(json_url(sink))
        with pytest.raises(ChannelError, match=f"HTTP {code}") as error:
            channel.send(digest(item(1)), channel.addresses[0].recipient)
    assert error.value.about == about
    assert "hunter2" not in str(error.value) + "".join(capfd.readouterr())


def test_a_service_that_is_not_there_is_a_temporary_failure():
    channel = other(f"json://me:hunter2@127.0.0.1:{free_port()}/secret")
    with pytest.raises(ChannelError, match="did not accept the message") as error:
        channel.send(digest(item(1)), channel.addresses[0].recipient)
    assert not error.value.permanent
    assert "hunter2" not in str(error.value)
    assert "secret" not in str(error.value)


def test_news_do_not_follow_a_service_that_points_elsewhere():
    with WebhookSink() as stranger, WebhookSink((307, "moved", {"Location": stranger.url})) as sink:
        with pytest.raises(ChannelError, match="HTTP 307"):
            other(json_url(sink)).send(digest(item(1)), "…")
        assert stranger.posts == []


def test_nothing_in_a_title_acts_on_any_service():
    hostile = "<!channel> <@U1> @everyone [here](http://evil.example) ||hidden|| `code` *bold*"
    told = body(digest(item(1, title=hostile)), 20, 5000)
    assert not set("<>@[]*|`") & set(told)
    assert "everyone" in told


@pytest.mark.parametrize("limit", [0, 50, 200, 1000, 2000, 30_000])
def test_a_text_keeps_within_the_services_limit_and_counts_what_it_does_not_name(limit):
    news = digest(
        *(item(number, title="x" * 5000) for number in range(1, 51)),
        notices=[Notice(f"n{number}", "bulk", "y" * 600) for number in range(9)],
    )
    named = max(0, min(20, (limit - 400) // 300))
    told = body(news, named, limit)
    assert len(told) <= limit
    assert told.count("https://clinicaltrials.gov/study/") == named
    if limit >= 200:
        assert f"and {50 - named} more" in told


def test_how_many_events_are_named_follows_from_the_services_limit():
    assert other("json://localhost/a").named == 20
    assert other("discord://1234567890/tokentokentoken").named == 4
    assert other("workflows://host.example/workflow/signature").named == 1


def test_the_monitor_is_asked_once_and_says_what_is_wrong_without_the_url():
    with WebhookSink((500, "oops")) as monitor:
        with pytest.raises(ChannelError, match="answers 500") as error:
            heartbeat.ping(monitor.url)
        heartbeat.ping(monitor.url)
    assert monitor.beats == 2
    assert "secret" not in str(error.value)
    with pytest.raises(ChannelError, match="cannot be reached") as error:
        heartbeat.ping(f"http://127.0.0.1:{free_port()}/secret")
    assert "secret" not in str(error.value)
