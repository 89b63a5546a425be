"""What is told beside events: nights that went wrong or did not happen, the week in summary, the monitor."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from mscwatch import channels
from mscwatch.digest import notices
from mscwatch.digest.compose import NOTICE_WORDS
from mscwatch.model import Address
from mscwatch.pipeline.run import run_watch
from mscwatch.store import working
from mscwatch.vocabulary import RunOutcome
from support.faults import on, status
from support.sinks import ANNE, MailSink, WebhookSink, by_mail

OPERATOR = "ops@example.org"
LATE = NOTICE_WORDS.get("late", "late")
GOOD = datetime(2026, 11, 2, 15, 30)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(channels, "FIRST_WAIT", 0.0)


def subjects(sink, recipient):
    return [sent["Subject"].partition(" (")[0] for to, sent in sink.mails if to == recipient]


def make_older(order, **age):
    with working.open_warehouse(order.data_dir) as con:
        con.execute("UPDATE runs SET started_at = started_at - ?", [timedelta(**age)])


@pytest.mark.slow
def test_the_operator_hears_of_a_failure_once_and_once_when_it_is_over(order, registry):
    with MailSink() as mail:
        tonight = order(registry.url, **by_mail(mail), operator_email_to=OPERATOR)
        run_watch(tonight)
        registry.intercept = on("/version", status(403, "no"))
        assert [run_watch(tonight).exit_code for _ in range(3)] == [4, 4, 4]
        registry.intercept = None
        for _ in range(2):
            assert run_watch(tonight).exit_code == 0
    assert subjects(mail, OPERATOR) == ["mscwatch: night failed", "mscwatch: working again"]
    assert subjects(mail, ANNE) == ["mscwatch: first night read"]


@pytest.mark.slow
def test_a_gap_between_good_nights_is_told_once_by_the_run_that_notices_it(order, registry):
    with MailSink() as mail:
        tonight = order(registry.url, **by_mail(mail), operator_email_to=OPERATOR, late_after=72)
        run_watch(tonight)
        make_older(tonight, hours=71)
        run_watch(tonight)
        assert subjects(mail, OPERATOR) == []
        make_older(tonight, hours=73)
        for _ in range(2):
            assert run_watch(tonight).exit_code == 0
    assert subjects(mail, OPERATOR) == [f"mscwatch: {LATE}"]
    assert "for 73 hours. It is working again now." in " ".join(
        mail.mails[-1][1].get_body(("plain",)).get_content().split()
    )


@pytest.mark.slow
def test_failures_that_go_on_for_days_are_told_a_second_time_and_no_more(order, registry):
    with MailSink() as mail:
        tonight = order(registry.url, **by_mail(mail), operator_email_to=OPERATOR)
        run_watch(tonight)
        registry.intercept = on("/version", status(403, "no"))
        run_watch(tonight)
        make_older(tonight, days=5)
        for _ in range(2):
            run_watch(tonight)
    assert subjects(mail, OPERATOR) == ["mscwatch: night failed", f"mscwatch: {LATE}"]


@pytest.mark.slow
def test_an_operator_whose_mail_is_switched_off_hears_of_a_failure_elsewhere(order, registry):
    with MailSink() as mail, WebhookSink() as slack:
        mail.stages["MAIL"] = ["550 unknown sender"]
        tonight = order(
            registry.url, **by_mail(mail), operator_email_to=OPERATOR, slack_webhook_url=slack.url
        )
        assert run_watch(tonight).exit_code == 5
        registry.intercept = on("/version", status(403, "no"))
        assert run_watch(tonight).exit_code == 4
    assert mail.mails == []
    assert [post["text"].partition(" (")[0] for post in slack.posts] == [
        "mscwatch: first night read, a channel is switched off",
        "mscwatch: night failed",
    ]


@pytest.mark.slow
def test_the_monitor_is_asked_after_good_nights_alone_and_its_failure_is_a_warning(order, registry):
    with WebhookSink() as monitor:
        tonight = order(registry.url, heartbeat_url=monitor.url)
        run_watch(tonight)
        run_watch(tonight)
        assert monitor.beats == 2
        registry.intercept = on("/version", status(403, "no"))
        run_watch(tonight)
        assert monitor.beats == 2
        registry.intercept = None
        monitor.statuses.append((503, "down"))
        result = run_watch(tonight)
    assert (result.outcome, result.exit_code) == (RunOutcome.PUBLISHED, 0)
    assert "answers 503" in result.warnings[-1]
    assert "secret" not in str(result.warnings)


@pytest.mark.slow
def test_a_week_is_summed_up_once_for_everybody_also_when_nothing_happened(order, registry, monkeypatch):
    monkeypatch.setattr(notices, "weekly_is_due", lambda _, weekday: weekday == "mon")
    with MailSink() as mail:
        tonight = order(registry.url, **by_mail(mail), weekly="mon")
        run_watch(tonight)
        registry.advance()
        for _ in range(3):
            run_watch(tonight)
        texts = [sent.get_body(("plain",)).get_content() for _, sent in mail.mails]
        assert [sent["Subject"].partition(" (")[0] for _, sent in mail.mails] == [
            "mscwatch: first night read",
            "mscwatch: 1 completed, the week in summary",
        ]
        assert "1 completed. 2 night(s), all good." in " ".join(texts[1].split())
        quiet = order(registry.url, **by_mail(mail))
        make_older(quiet, days=8)
        with working.open_warehouse(quiet.data_dir) as con:
            con.execute("UPDATE events SET observed_at = observed_at - to_days(8)")
            con.execute("UPDATE notices SET notice_id = 'an-earlier-week' WHERE kind = 'weekly'")
            con.execute(
                "UPDATE deliveries SET event_id = 'an-earlier-week' WHERE starts_with(event_id, 'weekly')"
            )
        run_watch(quiet)
        assert len(mail.mails) == 2 + 1  # the gap of eight days, and no summary where none is wanted
        run_watch(tonight)
    assert "nothing happened. 2 night(s), all good." in " ".join(
        mail.mails[-1][1].get_body(("plain",)).get_content().split()
    )


@pytest.mark.parametrize(
    ("day", "weekday", "due"),
    [
        (date(2026, 11, 16), "mon", True),
        (date(2026, 11, 17), "mon", True),
        (date(2026, 11, 15), "mon", True),
        (date(2026, 11, 16), "tue", False),
        (date(2026, 11, 22), "sun", True),
        (date(2026, 11, 21), "sun", False),
        (date(2026, 11, 16), "", False),
    ],
)
def test_a_summary_is_due_from_its_weekday_until_the_week_ends(day, weekday, due):
    assert notices.weekly_is_due(day, weekday) is due


def test_a_summary_has_one_identity_per_iso_week():
    def identity(day):
        return notices.weekly("w", "W", day, {}, {}).notice_id

    assert identity(date(2026, 12, 28)) == identity(date(2027, 1, 3)) == "weekly-w-2026-W53"
    assert identity(date(2027, 1, 4)) == "weekly-w-2027-W01"


@pytest.mark.parametrize("outcome", list(RunOutcome))
def test_a_night_is_an_incident_when_it_goes_wrong_for_the_first_time(outcome):
    opening = notices.incident("r", "w", outcome, "why", is_open=False)
    closing = notices.incident("r", "w", outcome, "why", is_open=True)
    wrong = outcome in {RunOutcome.REFUSED, RunOutcome.FAILED}
    assert (opening is not None, closing is not None) == (wrong, not wrong)


def test_what_is_given_up_at_one_address_is_one_notice_until_something_is_sent_there():
    def identity(recipient, sent):
        return notices.gave_up(Address("slack", recipient), 3, 30, "404", sent).notice_id

    assert identity("a", None) == identity("a", None)
    assert len({identity("a", None), identity("b", None), identity("a", GOOD), identity("b", GOOD)}) == 4
