"""Who gets which news: by channel, address, kind, severity and indication."""

from __future__ import annotations

import pytest

from mscwatch.digest import subscriptions
from mscwatch.errors import ConfigError
from mscwatch.model import Address
from mscwatch.pipeline import doctor, run
from mscwatch.replica import Replica
from mscwatch.vocabulary import EventKind
from mscwatch.watch import Subscription
from mscwatch.watches import load_watch
from support.news import item
from support.records import edited, record, set_status
from support.sinks import ANNE, BERT, MailSink, WebhookSink, by_mail
from support.snapshots import nights
from support.warehouse import rows

TO_ANNE, TO_BERT, SLACK = Address("email", ANNE), Address("email", BERT), Address("slack", "https://x/***-1")
COMPLETED, UNKNOWN = item(1).event, item(2, kind=EventKind.BECAME_UNKNOWN).event


def wants(address, event, *subscribed, indication="cirrhosis"):
    return subscriptions.wants(address, event, indication, [Subscription(**one) for one in subscribed])


def test_without_subscriptions_everybody_gets_everything():
    assert wants(TO_ANNE, COMPLETED)
    assert wants(SLACK, UNKNOWN, indication="none")


@pytest.mark.parametrize(
    ("limits", "completed", "unknown"),
    [
        ({}, True, True),
        ({"kinds": ["completed"]}, True, False),
        ({"severities": ["normal"]}, False, True),
        ({"indications": ["cirrhosis", "none"]}, True, True),
        ({"indications": ["transplant"]}, False, False),
        ({"kinds": ["completed"], "indications": ["transplant"]}, False, False),
    ],
)
def test_a_subscription_limits_those_whom_it_names_and_nobody_else(limits, completed, unknown):
    subscribed = {"channel": "email", "to": [ANNE]} | limits
    assert (wants(TO_ANNE, COMPLETED, subscribed), wants(TO_ANNE, UNKNOWN, subscribed)) == (
        completed,
        unknown,
    )
    for other in (TO_BERT, SLACK):
        assert wants(other, COMPLETED, subscribed)
        assert wants(other, UNKNOWN, subscribed)


def test_a_subscription_without_recipients_is_for_all_of_its_channel():
    assert not wants(TO_BERT, UNKNOWN, {"channel": "email", "kinds": ["completed"]})


def test_several_subscriptions_of_one_address_add_up():
    both = ({"channel": "email", "kinds": ["completed"]}, {"channel": "email", "indications": ["transplant"]})
    assert wants(TO_ANNE, COMPLETED, *both)
    assert wants(TO_ANNE, UNKNOWN, *both, indication="transplant")
    assert not wants(TO_ANNE, UNKNOWN, *both)


@pytest.mark.parametrize(
    ("subscribed", "words"),
    [
        ({"channel": "slack"}, "'slack', which is not configured (configured: email)"),
        (
            {"channel": "email", "to": ["carl@example.org"]},
            "'carl@example.org', which is not configured there",
        ),
    ],
)
def test_a_subscription_of_nobody_is_an_error_that_names_whom_there_is(subscribed, words):
    with pytest.raises(ConfigError) as error:
        subscriptions.check([Subscription(**subscribed)], [TO_ANNE, TO_BERT])
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('channel = "email"\nkinds = ["birthday"]\n', "subscriptions.0.kinds.0"),
        ('channel = "email"\nseverities = ["huge"]\n', "subscriptions.0.severities.0"),
        ('channel = "email"\nindications = ["flu"]\n', "subscriptions.0.indications.0"),
        ('channel = "email"\nkind = ["completed"]\n', "subscriptions.0.kind: is not a key"),
        ('kinds = ["completed"]\n', "subscriptions.0.channel"),
        ('channel = "email"\nkinds = ["date_changed"]\n', "date_changed, which alerts.kinds leaves out"),
    ],
)
def test_a_subscription_that_can_never_be_told_is_an_error_of_the_watch_file(watch_file, lines, words):
    watch_file.write_text(watch_file.read_text() + "[[subscriptions]]\n" + lines)
    with pytest.raises(ConfigError) as error:
        load_watch(str(watch_file))
    assert words in str(error.value)


def test_a_new_subscription_is_no_edit_that_makes_the_night_read_again(watch_file):
    before = load_watch(str(watch_file))
    watch_file.write_text(watch_file.read_text() + '[[subscriptions]]\nchannel = "email"\n')
    assert load_watch(str(watch_file)).digest == before.digest


@pytest.mark.slow
def test_each_event_is_owed_to_those_who_want_it_alone(order, watch_file):
    """A trial in liver failure completes and one in cirrhosis leaves; Anne wants the first kind of disease."""
    failure = record(1, conditionsModule={"conditions": ["Liver Failure"]})
    failure["protocolSection"]["identificationModule"]["briefTitle"] = (
        "Mesenchymal stem cells in liver failure"
    )
    cirrhosis = record(2)
    watch_file.write_text(
        watch_file.read_text()
        + f'[[subscriptions]]\nchannel = "email"\nto = ["{ANNE}"]\nindications = ["liver_failure"]\n'
        + '[[subscriptions]]\nchannel = "slack"\nkinds = ["terminated"]\n'
    )
    after = [edited(failure, set_status("COMPLETED")), edited(cirrhosis, set_status("TERMINATED"))]
    with Replica(nights([failure, cirrhosis], after)) as registry, MailSink() as mail, WebhookSink() as slack:
        tonight = order(registry.url, **by_mail(mail, ANNE, BERT), slack_webhook_url=slack.url)
        run.run_watch(tonight)
        registry.advance()
        run.run_watch(tonight)
        told = channels_check(tonight, watch_file)
    owed = rows(
        tonight,
        "SELECT channel, split_part(recipient, '@', 1), kind FROM deliveries JOIN events USING (event_id)",
    )
    assert sorted((channel, who if channel == "email" else "", kind) for channel, who, kind in owed) == [
        ("email", "a***", "completed"),
        ("email", "b***", "completed"),
        ("email", "b***", "terminated"),
        ("slack", "", "terminated"),
    ]
    assert told.good
    assert f"email to {ANNE}: indications liver_failure" in told.detail
    assert f"email to {BERT}: everything that the watch tells" in told.detail
    assert "kinds terminated" in told.detail


def test_a_run_with_a_subscription_of_nobody_does_not_begin(order, watch_file):
    watch_file.write_text(watch_file.read_text() + '[[subscriptions]]\nchannel = "teams"\n')
    tonight = order("http://127.0.0.1:9/api/v2")
    with pytest.raises(ConfigError, match="'teams', which is not configured"):
        run.run_watch(tonight)
    told = channels_check(tonight, watch_file)
    assert (told.good, "'teams', which is not configured" in told.detail) == (False, True)


def channels_check(order, watch_file):
    """What `doctor` says of the channels."""
    settings = order.settings.model_copy(update={"watch": str(watch_file)})
    (found,) = [check for check in doctor.run_checks(settings) if check.what == "channels"]
    return found
