"""Sending: to real servers on loopback, that work, refuse, or are not there."""

from __future__ import annotations

import pytest
from news import digest, item
from sinks import MailSink, WebhookSink, free_port

from mscwatch import channels
from mscwatch.channels.slack import mask
from mscwatch.errors import ChannelError, ConfigError
from mscwatch.model import Address

ANNE, BERT = "anne@example.org", "bert@example.org"
SENDER = "mscwatch@example.org"


def mail(sink, *recipients, user=""):
    (channel,) = channels.configured(
        smtp_url=f"smtp://{user}127.0.0.1:{sink.port}",
        email_from=SENDER,
        email_to=recipients or (ANNE,),
        slack_webhook_url="",
    )
    return channel


def slack(url):
    (channel,) = channels.configured(smtp_url="", email_from="", email_to=(), slack_webhook_url=url)
    return channel


def test_a_mail_arrives_with_text_html_and_all_events_as_csv():
    with MailSink() as sink:
        mail(sink).send(digest(item(1), item(2)), ANNE)
    ((recipient, sent),) = sink.mails
    assert (recipient, sent["To"], sent["From"]) == (ANNE, ANNE, SENDER)
    assert sent["Subject"] == "mscwatch: 2 completed (MSC liver, 2022-10-07)"
    assert "NCT00000001" in sent.get_body(("plain",)).get_content()
    assert "NCT00000001" in sent.get_body(("html",)).get_content()
    (attached,) = sent.iter_attachments()
    assert attached.get_filename() == "events.csv"
    assert attached.get_content().count("\n") == 3


def test_a_repeated_mail_has_the_same_message_id_and_another_recipient_another():
    with MailSink() as sink:
        channel = mail(sink, ANNE, BERT)
        for recipient in (ANNE, ANNE, BERT):
            channel.send(digest(item()), recipient)
    first, again, other = (sent["Message-ID"] for _, sent in sink.mails)
    assert first == again != other


def test_every_recipient_is_an_address_of_their_own():
    with MailSink() as sink:
        assert mail(sink, ANNE, BERT).addresses() == (Address("email", ANNE), Address("email", BERT))


@pytest.mark.parametrize(("answer", "permanent"), [("550 no such user", True), ("451 try later", False)])
def test_a_refused_recipient_is_named_with_the_servers_words(answer, permanent):
    with MailSink(refusals={ANNE: [answer]}) as sink, pytest.raises(ChannelError) as error:
        mail(sink).send(digest(item()), ANNE)
    assert error.value.permanent is permanent
    assert ANNE in str(error.value)
    assert answer in str(error.value)


def test_a_password_opens_the_server_and_a_wrong_one_is_never_shown():
    with MailSink(password="p@ss word") as sink:
        mail(sink, user="me:p%40ss%20word@").send(digest(item()), ANNE)
        assert len(sink.mails) == 1
        with pytest.raises(ChannelError) as error:
            mail(sink, user="me:hunter2@").send(digest(item()), ANNE)
    assert error.value.permanent
    assert "credentials of me" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_server_that_is_not_there_is_a_temporary_failure():
    channel = slack(f"http://127.0.0.1:{free_port()}/services/T0/B0/secret")
    with pytest.raises(ChannelError) as error:
        channel.send(digest(item()), channel.addresses()[0].recipient)
    assert not error.value.permanent
    assert "secret" not in str(error.value)


def test_slack_gets_the_news():
    with WebhookSink() as sink:
        slack(sink.url).send(digest(item()), "…")
    (post,) = sink.posts
    assert post["text"] == "mscwatch: 1 completed (MSC liver, 2022-10-07)"
    assert "NCT00000001" in str(post["blocks"])


@pytest.mark.parametrize(
    ("code", "words", "permanent"),
    [
        (404, "no_service", True),
        (410, "gone", True),
        (403, "invalid_token", True),
        (400, "invalid_blocks", True),
        (429, "slow", False),
        (500, "oops", False),
    ],
)
def test_what_slack_refuses_is_quoted_without_the_webhook(code, words, permanent):
    with WebhookSink((code, words)) as sink, pytest.raises(ChannelError) as error:
        slack(sink.url).send(digest(item()), mask(sink.url))
    assert error.value.permanent is permanent
    assert f"{code} {words}" in str(error.value)
    assert "secret" not in str(error.value)


def test_a_temporary_refusal_is_tried_again_within_the_night():
    waits = []
    with WebhookSink((500, "oops"), (429, "slow")) as sink:
        channels.send_with_patience(slack(sink.url), digest(item()), "…", sleep=waits.append)
        assert len(sink.posts) == 1
    assert waits == [2.0, 4.0]


def test_patience_ends_and_a_permanent_refusal_is_not_tried_again():
    waits = []
    with WebhookSink(*[(500, "oops")] * 9) as sink, pytest.raises(ChannelError):
        channels.send_with_patience(slack(sink.url), digest(item()), "…", sleep=waits.append)
    assert len(waits) == 2
    with WebhookSink((404, "no_service")) as sink, pytest.raises(ChannelError):
        channels.send_with_patience(slack(sink.url), digest(item()), "…", sleep=waits.append)
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"smtp_url": "mail.example.org:hunter2"}, "MSCWATCH_SMTP_URL must read"),
        ({"smtp_url": "smtp://me:hunter2@mail.example.org:port"}, "MSCWATCH_SMTP_URL must read"),
        ({"smtp_url": "smtp://me:hunter2@mail.example.org"}, "MSCWATCH_EMAIL_FROM"),
        ({"slack_webhook_url": "hooks.slack.com/services/hunter2"}, "MSCWATCH_SLACK_WEBHOOK_URL"),
    ],
)
def test_an_unusable_channel_is_a_sentence_without_its_secret(values, words):
    usual = {"smtp_url": "", "email_from": "", "email_to": (), "slack_webhook_url": ""}
    with pytest.raises(ConfigError) as error:
        channels.configured(**(usual | values))
    assert words in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_masked_address_shows_the_host_alone():
    assert (
        mask("https://me:hunter2@hooks.slack.com:8443/services/T/B/x?y=z")
        == "https://hooks.slack.com:8443/***"
    )
