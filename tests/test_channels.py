"""Sending: to real servers on loopback, that work, refuse, or are not there."""

from __future__ import annotations

import logging
import re

import pytest

from mscwatch import channels
from mscwatch.channels import smtp
from mscwatch.channels.secrets import mask, masked_address
from mscwatch.errors import ChannelError, ConfigError
from mscwatch.model import Address
from mscwatch.settings import load_settings
from support.news import digest, item
from support.sinks import MailSink, certificate, drips, free_port, greets, silence

ANNE, BERT = "anne@example.org", "bert@example.org"
SENDER = "mscwatch@example.org"


def mail(sink, *recipients, user="", sender=SENDER, scheme="smtp", host="127.0.0.1"):
    port = sink if isinstance(sink, int) else sink.port
    url = f"{scheme}://{user}{host}:{port}"
    settings = load_settings(smtp_url=url, email_from=sender, email_to=recipients or (ANNE,))
    (channel,) = channels.configured(settings)
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
        addresses = mail(sink, ANNE, BERT).addresses
    assert addresses == (Address("email", masked_address(ANNE)), Address("email", masked_address(BERT)))
    assert [address.person for address in addresses] == [ANNE, BERT]
    assert str(addresses[0].recipient).startswith("a***@example.org-")


@pytest.mark.parametrize(
    ("answer", "about"),
    [
        ("550 no such user", "recipient"),
        ("530 login first", "channel"),
        ("552 mailbox full", None),
        ("451 try later", None),
    ],
)
def test_a_refused_recipient_is_named_with_the_servers_words(answer, about):
    with MailSink(refusals={ANNE: [answer]}) as sink, pytest.raises(ChannelError) as error:
        mail(sink).send(digest(item()), ANNE)
    assert error.value.about == about
    assert ANNE in str(error.value)
    assert answer in str(error.value)


def test_a_password_opens_the_server_and_a_wrong_one_is_never_shown():
    with MailSink(password="p@ss word") as sink:
        mail(sink, user="me:p%40ss%20word@").send(digest(item()), ANNE)
        assert len(sink.mails) == 1
        with pytest.raises(ChannelError) as error:
            mail(sink, user="me:hunter2@").send(digest(item()), ANNE)
    assert error.value.about == "channel"
    assert "credentials of me" in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("stage", "answer", "about"),
    [
        ("EHLO", "421 busy", None),
        ("EHLO", "554 not you", "channel"),
        ("MAIL", "550 unknown sender", "channel"),
        ("MAIL", "552 too big", "message"),
        ("MAIL", "451 later", None),
        ("DATA", "550 looks like spam", "message"),
        ("DATA", "552 too big", "message"),
        ("DATA", "451 later", None),
    ],
)
def test_what_a_refusal_is_about_depends_on_the_command_that_met_it(stage, answer, about):
    with MailSink(stages={stage: [answer]}) as sink, pytest.raises(ChannelError) as error:
        mail(sink).send(digest(item()), ANNE)
    assert error.value.about == about
    assert answer in str(error.value)
    assert sink.mails == []


@pytest.mark.parametrize(("greeting", "about"), [("554 not you", "channel"), ("421 busy", None)])
def test_a_server_that_wants_no_mail_at_all_says_so_at_once(greeting, about):
    with greets(greeting) as port, pytest.raises(ChannelError, match=greeting) as error:
        mail(port).send(digest(item()), ANNE)
    assert error.value.about == about


def test_a_server_that_is_too_busy_to_greet_is_not_one_without_a_login():
    with MailSink(password="pass", stages={"EHLO": ["421 busy"]}) as sink:
        with pytest.raises(ChannelError, match="421 busy") as error:
            mail(sink, user="me:pass@").send(digest(item()), ANNE)
        assert not error.value.permanent
        mail(sink, user="me:pass@").send(digest(item()), ANNE)
    assert len(sink.mails) == 1


def test_a_server_that_only_knows_the_old_greeting_gets_its_mail():
    with MailSink(stages={"EHLO": ["502 what"]}) as sink:
        mail(sink).send(digest(item()), ANNE)
    assert len(sink.mails) == 1


@pytest.mark.parametrize("goodbye", ["421 busy", "554 go away", "drop"])
def test_a_mail_that_was_taken_is_not_sent_again_for_a_rude_goodbye(goodbye):
    with MailSink(stages={"QUIT": [goodbye]}) as sink:
        channels.send_with_retries(mail(sink), digest(item()), ANNE, sleep=pytest.fail)
    assert len(sink.mails) == 1


def test_a_mail_taken_by_a_server_that_hangs_up_comes_again_under_the_same_id():
    waits = []
    with MailSink(stages={"DATA": ["drop"]}) as sink:
        channels.send_with_retries(mail(sink), digest(item()), ANNE, sleep=waits.append)
    first, again = (sent["Message-ID"] for _, sent in sink.mails)
    assert first == again
    assert len(waits) == 1


def test_the_password_and_the_mail_are_encrypted_where_the_server_offers_it(tmp_path, monkeypatch, caplog):
    trusted, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with MailSink(tls=context, password="pass") as sink:
        mail(sink, user="me:pass@").send(digest(item()), ANNE)
    assert sink.encrypted == [True]
    assert "is sent unencrypted" not in caplog.text


def test_a_certificate_that_nobody_vouches_for_needs_a_person(tmp_path):
    _, context = certificate(tmp_path)
    with MailSink(tls=context) as sink, pytest.raises(ChannelError, match="no usable certificate") as error:
        mail(sink).send(digest(item()), ANNE)
    assert error.value.permanent
    assert sink.mails == []


def test_a_password_is_not_sent_bare_to_another_machine():
    with (
        MailSink(password="hunter2") as sink,
        pytest.raises(ChannelError, match="no encryption, so the password") as error,
    ):
        mail(sink, user="me:hunter2@", host="0.0.0.0").send(digest(item()), ANNE)
    assert error.value.about == "channel"
    assert "hunter2" not in str(error.value)
    assert (sink.mails, sink.passwords) == ([], [])


def test_a_mail_without_a_password_goes_to_a_server_without_encryption():
    with MailSink() as sink:
        mail(sink, host="0.0.0.0").send(digest(item()), ANNE)
    assert len(sink.mails) == 1


def test_a_password_sent_without_encryption_within_the_machine_is_warned_of(caplog):
    with MailSink(password="pass") as sink, caplog.at_level(logging.WARNING):
        mail(sink, user="me:pass@").send(digest(item()), ANNE)
    assert sink.encrypted == [False]
    assert "the password of me is sent unencrypted" in caplog.text


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_server_that_is_silent_or_not_there_is_a_temporary_failure(scheme, monkeypatch):
    monkeypatch.setattr(smtp, "TIMEOUT", 0.2)
    with silence() as port, pytest.raises(ChannelError) as silent:
        mail(port, scheme=scheme).send(digest(item()), ANNE)
    with pytest.raises(ChannelError) as absent:
        mail(free_port(), scheme=scheme).send(digest(item()), ANNE)
    assert not silent.value.permanent
    assert not absent.value.permanent


def test_a_password_that_smtp_cannot_carry_is_a_sentence_without_it():
    with MailSink(password="x") as sink, pytest.raises(ChannelError) as error:
        mail(sink, user="me:hunter%C3%A9@").send(digest(item()), ANNE)
    assert error.value.permanent
    assert "hunter" not in str(error.value)


def test_a_server_without_a_login_is_said_to_have_none():
    with MailSink() as sink, pytest.raises(ChannelError, match="AUTH") as error:
        mail(sink, user="me:hunter2@").send(digest(item()), ANNE)
    assert error.value.permanent
    assert "hunter2" not in str(error.value)


def test_an_address_that_reaches_a_header_with_a_line_end_is_refused_not_sent():
    broken = f"{ANNE}\r\nBcc: {BERT}"
    with MailSink() as sink, pytest.raises(ChannelError) as error:
        mail(sink).send(digest(item()), broken)
    assert error.value.permanent
    assert sink.mails == []


def test_a_mail_is_plain_ascii_on_the_wire_and_says_that_no_person_sent_it():
    sent = smtp.message(digest(item(title="Ascites → cirrhosis")), f"The watch <{SENDER}>", ANNE)
    assert sent.as_bytes().isascii()
    assert sent["Message-ID"].endswith("@example.org>")
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Id"] == "<mscwatch.example.org>"


def test_a_sender_with_a_name_is_shown_with_it():
    with MailSink() as sink:
        mail(sink, sender=f"The watch <{SENDER}>").send(digest(item()), ANNE)
    assert sink.mails[0][1]["From"] == f"The watch <{SENDER}>"


def test_a_mail_server_whose_greeting_never_ends_is_left_in_time(monkeypatch):
    monkeypatch.setattr(smtp, "TOTAL", 0.3)
    with drips(b"220-") as port, pytest.raises(ChannelError, match="cannot be reached") as error:
        mail(port).send(digest(item()), ANNE)
    assert (error.value.silent, error.value.in_doubt, error.value.about) == (True, False, None)


def test_an_answer_that_holds_the_password_is_not_quoted():
    refusing = MailSink(refusals={ANNE: ["550 no cGFzczEyMzQ= here"]}, password="pass1234")
    with refusing as sink, pytest.raises(ChannelError) as error:
        mail(sink, user="me:pass1234@").send(digest(item()), ANNE)
    assert str(error.value).endswith(f"refuses {ANNE}: 550.")


def test_display_names_are_shown_and_the_addresses_alone_are_known():
    with MailSink() as sink:
        settings = load_settings(
            smtp_url=f"smtp://127.0.0.1:{sink.port}",
            email_from="MSC Watch <m@example.org>",
            email_to=(f"Anne <{ANNE}>", '"Bert, of the ward" <bert@example.org>'),
        )
        (channel,) = channels.configured(settings)
        routes = channels.routes([channel], [f"The operator <{ANNE}>"])
        for address in channel.addresses:
            channel.send(digest(item()), address.recipient)
    assert [address.person for address in routes.news] == [ANNE, "bert@example.org"]
    assert [address.person for address in routes.operator] == [ANNE]
    assert [to for to, _ in sink.mails] == [ANNE, "bert@example.org"]
    assert [str(sent["To"]) for _, sent in sink.mails][1] == '"Bert, of the ward" <bert@example.org>'
    assert {str(sent["From"]) for _, sent in sink.mails} == {"MSC Watch <m@example.org>"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"smtp_url": "mail.example.org:hunter2"}, "MSCWATCH_SMTP_URL must read"),
        ({"smtp_url": "smtp://me:hunter2@mail.example.org:port"}, "MSCWATCH_SMTP_URL must read"),
        ({"smtp_url": "smtp://me:hunter2@mail.example.org"}, "MSCWATCH_EMAIL_FROM"),
        ({"smtp_url": "smtp://me:12#hunter2@mail.example.org"}, "MSCWATCH_SMTP_URL must read"),
        ({"smtp_url": "smtp://me:12/hunter2@mail.example.org"}, "MSCWATCH_SMTP_URL must read"),
        (
            {"smtp_url": "smtp://h", "email_from": "nobody", "email_to": (ANNE,)},
            "must be mail addresses",
        ),
        (
            {"smtp_url": "smtp://h", "email_from": SENDER, "email_to": ("a@b\r\nBcc: x@y",)},
            "must be mail addresses",
        ),
        ({"smtp_url": "smtp://h", "email_from": SENDER, "email_to": (ANNE, "")}, "must be mail addresses"),
        ({"slack_webhook_url": "hooks.slack.com/services/hunter2"}, "MSCWATCH_SLACK_WEBHOOK_URL"),
        ({"slack_webhook_url": "https://hooks.slack.com:hunter2/x"}, "MSCWATCH_SLACK_WEBHOOK_URL"),
        ({"slack_webhook_url": "https://[hunter2/x"}, "MSCWATCH_SLACK_WEBHOOK_URL"),
    ],
)
def test_an_unusable_channel_is_a_sentence_without_its_secret(values, words):
    with pytest.raises(ConfigError) as error:
        channels.configured(load_settings(**values))
    assert words in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_masked_address_shows_the_host_and_a_mark_that_tells_two_webhooks_apart():
    shown = mask("https://me:hunter2@hooks.slack.com:8443/services/T/B/x?y=z")
    assert re.fullmatch(r"https://hooks\.slack\.com:8443/\*\*\*-[0-9a-f]{8}", shown)
    assert mask("https://hooks.slack.com/a") == mask("https://hooks.slack.com/a")
    assert mask("https://hooks.slack.com/a") != mask("https://hooks.slack.com/b")
