"""The Slack channel and what all channels over HTTP share: refusals, patience, and answers that never end."""

from __future__ import annotations

import pytest
import requests

from mscwatch import channels
from mscwatch.channels import heartbeat
from mscwatch.channels.secrets import mask
from mscwatch.errors import ChannelError
from mscwatch.settings import load_settings
from support.news import digest, item
from support.sinks import WebhookSink, drips, free_port


def slack(url):
    (channel,) = channels.configured(load_settings(slack_webhook_url=url))
    return channel


def test_slack_gets_the_news():
    with WebhookSink() as sink:
        slack(sink.url).send(digest(item()), "…")
    (post,) = sink.posts
    assert post["text"] == "mscwatch: 1 completed (MSC liver, 2022-10-07)"
    assert "NCT00000001" in str(post["blocks"])


@pytest.mark.parametrize(
    ("code", "words", "about"),
    [
        (404, "no_service", "channel"),
        (410, "channel_is_archived", "channel"),
        (403, "invalid_token", "channel"),
        (400, "invalid_blocks", "message"),
        (500, "rollup_error\n", None),
    ],
)
def test_what_slack_refuses_is_said_in_its_own_words(code, words, about):
    with WebhookSink((code, words)) as sink, pytest.raises(ChannelError) as error:
        slack(sink.url).send(digest(item()), mask(sink.url))
    assert error.value.about == about
    assert f"{code} {words.strip()}" in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("code", "about"), [(404, "channel"), (302, "message"), (429, None), (500, None), (522, None)]
)
@pytest.mark.parametrize("page", ["Cannot POST /services/T0/B0/secret", "secret", "no_service secret"])
def test_nothing_is_quoted_of_a_page_that_is_not_slacks(code, about, page):
    with WebhookSink((code, page)) as sink, pytest.raises(ChannelError) as error:
        slack(sink.url).send(digest(item()), mask(sink.url))
    assert error.value.about == about
    assert f": HTTP {code}." in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX-Filler: ", b"HTTP/1.1 "])
def test_slack_and_the_monitor_have_a_total_time_for_their_answers(monkeypatch, first):
    monkeypatch.setattr("mscwatch.channels.slack.TOTAL", 0.3)
    monkeypatch.setattr("mscwatch.channels.heartbeat.TOTAL", 0.3)
    with drips(first) as port:
        url = f"http://127.0.0.1:{port}/services/secret"
        with pytest.raises(ChannelError, match=r"did not end its answer within 0\.3 s") as error:
            slack(url).send(digest(item()), mask(url))
        with pytest.raises(ChannelError, match="cannot be reached") as beat:
            heartbeat.ping(url)
    assert error.value.silent
    assert "secret" not in f"{error.value}{beat.value}"


def test_attempts_end_when_the_patience_with_an_address_ends(monkeypatch):
    monkeypatch.setattr(channels, "PATIENCE", 0.0)
    with WebhookSink((500, "oops")) as sink, pytest.raises(ChannelError):
        channels.send_with_retries(slack(sink.url), digest(item()), "…", sleep=pytest.fail)


def test_a_silent_webhook_is_a_temporary_failure(monkeypatch):
    monkeypatch.setattr("mscwatch.channels.slack.TIMEOUT", 0.2)
    with WebhookSink(slow=0.6) as sink, pytest.raises(ChannelError) as error:
        slack(sink.url).send(digest(item()), mask(sink.url))
    assert not error.value.permanent
    assert "secret" not in str(error.value)


def test_an_exception_carries_no_webhook_in_its_causes():
    channel = slack(f"http://127.0.0.1:{free_port()}/services/T0/B0/secret")
    with pytest.raises(ChannelError) as error:
        channel.send(digest(item()), "…")
    assert error.value.__suppress_context__


def test_of_an_endless_answer_only_the_beginning_is_read(monkeypatch):
    monkeypatch.setattr(requests.Response, "content", property(lambda _: pytest.fail("read it all")))
    with WebhookSink((500, "x" * 5_000_000)) as sink, pytest.raises(ChannelError, match="HTTP 500") as error:
        slack(sink.url).send(digest(item()), "…")
    assert len(str(error.value)) < 200


def test_the_news_do_not_follow_a_webhook_that_points_elsewhere():
    with WebhookSink() as stranger, WebhookSink((307, "moved", {"Location": stranger.url})) as sink:
        with pytest.raises(ChannelError, match="HTTP 307") as error:
            slack(sink.url).send(digest(item()), "…")
        assert stranger.posts == []
    assert error.value.permanent


def test_slack_is_given_the_time_that_it_asks_for():
    waits = []
    with WebhookSink((429, "slow", {"Retry-After": "30"})) as sink:
        channels.send_with_retries(slack(sink.url), digest(item()), "…", sleep=waits.append)
    assert waits == [30.0]


def test_slack_that_asks_for_an_hour_is_left_until_the_next_night():
    with WebhookSink((429, "slow", {"Retry-After": "3600"})) as sink, pytest.raises(ChannelError) as error:
        channels.send_with_retries(slack(sink.url), digest(item()), "…", sleep=pytest.fail)
    assert not error.value.permanent


def test_a_temporary_refusal_is_tried_again_within_the_night():
    waits = []
    with WebhookSink((500, "oops"), (429, "slow")) as sink:
        channels.send_with_retries(slack(sink.url), digest(item()), "…", sleep=waits.append)
        assert len(sink.posts) == 1
    assert waits == [2.0, 4.0]


def test_patience_ends_and_a_permanent_refusal_is_not_tried_again():
    waits = []
    with WebhookSink(*[(500, "oops")] * 9) as sink, pytest.raises(ChannelError):
        channels.send_with_retries(slack(sink.url), digest(item()), "…", sleep=waits.append)
    assert len(waits) == 2
    with WebhookSink((404, "no_service")) as sink, pytest.raises(ChannelError):
        channels.send_with_retries(slack(sink.url), digest(item()), "…", sleep=waits.append)
    assert len(waits) == 2


def test_a_server_that_is_not_there_is_a_temporary_failure():
    channel = slack(f"http://127.0.0.1:{free_port()}/services/T0/B0/secret")
    with pytest.raises(ChannelError) as error:
        channel.send(digest(item()), channel.addresses[0].recipient)
    assert not error.value.permanent
    assert "secret" not in str(error.value)
