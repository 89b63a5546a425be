"""One message never stops the others: an event without words, a mail refused for its content, a silent mail server.

What was told of a night stands in the ledger, so a failure between commit and telling costs nobody any news.
"""

from __future__ import annotations

import shutil
import smtplib
import socketserver
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from mscwatch.pipeline.run import run_watch
from support.odd import (
    ANNE,
    OPERATOR,
    Ears,
    MailSink,
    PickyMail,
    RawRegistry,
    WebhookSink,
    column,
    completed,
    mail_text,
    number,
    order_in,
    record,
    rows,
    say,
)

ROOT = Path(__file__).parents[1]
NEWS = (1, 2, 3)
UNSENT = "SELECT event_id FROM deliveries WHERE state <> 'sent'"


def trials(last_night=False):
    """Six trials; on the last night three of them completed."""
    return [completed(record(n)) if last_night and n in NEWS else record(n) for n in range(1, 7)]


@pytest.fixture
def registry():
    with RawRegistry([trials(), trials(last_night=True)]) as running:
        yield running


@pytest.fixture
def began(registry, tmp_path, made_once):
    """An order by these settings, whose first night is over; the registry stands at the second."""

    def make(**settings):
        order = order_in(tmp_path, registry.url, **settings)
        if not order.data_dir.path.exists():
            begun = made_once("odd messages", lambda folder: run_watch(order_in(folder, registry.url)))
            shutil.copytree(begun / "data", order.data_dir.path)
        registry.night = 1
        return order

    return make


# An event that cannot be worded


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("mscwatch.channels.FIRST_WAIT", 0.0, raising=False)


@pytest.fixture(scope="module")
def wordless(tmp_path_factory):
    """A night's three events are owed everywhere, one of a kind that nobody knows; then two runs that can send."""
    folder = tmp_path_factory.mktemp("wordless")
    refusing = {"MAIL": ["450 later"] * 99}
    with (
        RawRegistry([trials(), trials(last_night=True)]) as registry,
        Ears(folder, MailSink(stages=refusing)) as ears,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("mscwatch.channels.FIRST_WAIT", 0.0, raising=False)
        order = order_in(folder, registry.url, **ears.settings)
        run_watch(order_in(folder, registry.url))
        ears.slack.statuses += [(503, "later", {"Retry-After": "9999"})] * 9
        ears.feed.mkdir()
        ears.lines.mkdir()
        registry.night = 1
        run_watch(order)
        refusing.clear()
        ears.slack.statuses.clear()
        ears.feed.rmdir()
        ears.lines.rmdir()
        with duckdb.connect(str(order.data_dir.working)) as con:
            con.execute(
                "UPDATE events SET kind = 'birthday' WHERE kind = 'completed' AND nct_id = ?", [number(2)]
            )
        results = [run_watch(order) for _ in range(2)]
    return SimpleNamespace(order=order, results=results, ears=ears, folder=folder)


def test_an_event_without_words_is_told_plainly_and_the_others_as_ever(wordless):
    assert [(result.exit_code, result.owed) for result in wordless.results] == [(0, 0), (0, 0)]
    for n in NEWS:
        assert wordless.ears.deaf_to(number(n)) == []
    assert f"n event of {number(2)} cannot be shown" in wordless.ears.heard()["mail"]


def test_an_event_without_words_is_reported_to_the_operator_and_recorded_once(wordless):
    mails = wordless.ears.mail.mails
    about = [mail for to, mail in mails if to == OPERATOR and number(2) in mail_text(mail)]
    assert len(about) == 1
    assert "birthday" in mail_text(about[0])
    recorded = "SELECT summary FROM notices UNION ALL SELECT concat(nct_id, message) FROM issues"
    assert any(number(2) in text for text in column(wordless.order, recorded, file="working"))


@pytest.mark.parametrize(
    "words", [("events",), ("digest", "--since", "2020-01-01"), ("show", number(2)), ("report",), ("status",)]
)
def test_an_event_without_words_stops_no_command(wordless, words):
    values = {"data_dir": wordless.order.data_dir.path, "watch": wordless.folder / "watch.toml"}
    done = say(*words, folder=wordless.folder, **values)
    assert done.returncode == 0, done.stderr
    if words[0] in ("events", "digest"):
        assert number(1) in done.stdout
        assert number(2) in done.stdout


# A mail that is refused for its content


def listens(tmp_path, judge):
    return Ears(tmp_path, PickyMail(judge=judge))


def named(mail):
    return {n for n in NEWS if number(n) in mail_text(mail)}


def attached(mail):
    return [part.get_filename() for part in mail.iter_attachments()]


@pytest.mark.slow
@pytest.mark.parametrize("code", [552, 554])
def test_a_mail_that_is_too_much_is_split_until_all_is_told(began, tmp_path, code):
    def judge(mail):
        return f"{code} too much" if len(named(mail)) > 1 else None

    with listens(tmp_path, judge) as ears:
        result = run_watch(began(**ears.settings))
        told = [sorted(named(mail)) for to, mail in ears.mail.mails if to == ANNE]
    assert (result.exit_code, result.owed) == (0, 0)
    assert sorted(told) == [[1], [2], [3]]


@pytest.mark.slow
def test_a_mail_whose_attachment_is_refused_goes_without_it(began, tmp_path):
    with listens(tmp_path, lambda mail: "554 no attachments here" if attached(mail) else None) as ears:
        result = run_watch(began(**ears.settings))
    assert (result.exit_code, result.owed) == (0, 0)
    told = [named(mail) for to, mail in ears.mail.mails if to == ANNE]
    assert set().union(*told) == set(NEWS)
    assert sum(map(len, told)) == len(NEWS)


@pytest.fixture
def one_refused(began, tmp_path):
    """A night on which every mail to the reader that names trial 2 is refused; the operator's are taken."""

    def judge(mail):
        return "554 looks like spam" if 2 in named(mail) and ANNE in mail["To"] else None

    with listens(tmp_path, judge) as ears:
        order = began(**ears.settings)
        yield order, run_watch(order), ears


def test_only_the_one_event_that_is_refused_stays_owed(one_refused):
    order, result, ears = one_refused
    assert (result.exit_code, result.owed) == (5, 1)
    told = [n for to, mail in ears.mail.mails if to == ANNE for n in named(mail)]
    assert sorted(told) == [1, 3]
    owed = f"SELECT nct_id FROM events WHERE event_id IN ({UNSENT})"
    assert column(order, owed, file="working") == [number(2)]
    assert number(2) in ears.operator
    assert len(ears.mail.refused) <= 10


@pytest.mark.slow
def test_the_next_news_is_told_although_one_event_is_still_refused(one_refused, registry):
    order, _, ears = one_refused
    registry.nights.append(
        [completed(study) if place == 5 else study for place, study in enumerate(trials(True))]
    )
    registry.night = 2
    result = run_watch(order)
    assert (result.exit_code, result.owed) == (5, 1)
    assert number(6) in ears.mailed(ANNE)
    operators = [mail for to, mail in ears.mail.mails if to == OPERATOR and number(2) in mail_text(mail)]
    assert len(operators) == 1


@pytest.mark.slow
def test_one_address_that_cannot_be_told_stops_no_other(began, tmp_path):
    def judge(mail):
        return "554 no" if "bert@example.org" in mail["To"] else None

    with listens(tmp_path, judge) as ears:
        order = began(**ears.settings | {"email_to": ("bert@example.org", ANNE)})
        result = run_watch(order)
    assert (result.exit_code, result.owed) == (5, len(NEWS))
    assert [channel for n in NEWS for channel in ears.deaf_to(number(n))] == []


# A failure between commit and telling

DIES_AFTER = """
import os, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from support.odd import order_in
from mscwatch.pipeline.run import run_watch

def step(name, action, *, asks_registry=False):
    result = action()
    if name == {last!r}:
        os._exit(9)
    return result

run_watch(order_in(Path({folder!r}), {url!r}), step)
"""


def killed_after(last, tmp_path, registry):
    program = DIES_AFTER.format(tests=str(ROOT / "tests"), last=last, folder=str(tmp_path), url=registry.url)
    died = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert died.returncode == 9, died.stderr


@pytest.mark.slow
@pytest.mark.parametrize("last", ["commit", "publish"])
def test_news_of_a_killed_run_are_printed_by_the_next_where_no_channel_is_configured(
    began, registry, tmp_path, last
):
    order = began()
    killed_after(last, tmp_path, registry)
    values = {"data_dir": order.data_dir.path, "watch": tmp_path / "watch.toml", "api_url": registry.url}
    values |= {"min_interval": 0, "report": False}
    next_run, one_more = (say("run", "--direct", folder=tmp_path, **values) for _ in range(2))
    assert next_run.returncode == 0, next_run.stderr
    assert all(number(n) in next_run.stdout for n in NEWS)
    assert next_run.stdout.count("recruiting → completed") == len(NEWS)
    assert not any(number(n) in one_more.stdout for n in NEWS)


@pytest.mark.slow
def test_a_night_that_breaks_off_between_commit_and_telling_is_told_by_the_next_run(began, tmp_path):
    def step(name, action, *, asks_registry=False):
        result = action()
        if name == "commit":
            raise OSError(28, "No space left on device")
        return result

    with Ears(tmp_path) as ears:
        order = began(**ears.settings)
        with pytest.raises(OSError, match="No space left"):
            run_watch(order, step)
        result = run_watch(order)
    assert (result.exit_code, result.owed) == (0, 0)
    assert [channel for n in NEWS for channel in ears.deaf_to(number(n))] == []
    assert [to for to, _ in ears.mail.mails].count(ANNE) == 1
    assert rows(order, "SELECT DISTINCT state FROM deliveries JOIN events USING (event_id)") == [("sent",)]


# A mail server that says nothing


class Silent(socketserver.ThreadingTCPServer):
    """Takes connections, counts them, and never says a word."""

    daemon_threads = True
    block_on_close = False
    connections = 0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), None)
        self.held = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def process_request(self, request, client_address):
        self.connections += 1
        self.held.append(request)


@pytest.fixture
def impatient(monkeypatch):
    """Whatever patience the program has with a mail server, here it is a fifth of a second."""
    begin = smtplib.SMTP.__init__

    def hurried(self, *arguments, **named):
        begin(self, *arguments, **named | {"timeout": 0.2})

    monkeypatch.setattr(smtplib.SMTP, "__init__", hurried)


@pytest.mark.slow
def test_a_silent_mail_server_is_given_up_once_a_night_not_once_for_each_recipient(began, impatient):
    """Fifty recipients once made a night of 80 minutes."""
    people = tuple(f"reader{place}@example.org" for place in range(8))
    with Silent() as server, WebhookSink() as slack:
        settings = {"smtp_url": f"smtp://127.0.0.1:{server.server_address[1]}", "email_from": "m@example.org"}
        order = began(**settings, email_to=people, slack_webhook_url=slack.url)
        result = run_watch(order)
        server.shutdown()
    assert (result.exit_code, result.owed) == (5, len(NEWS) * len(people))
    assert server.connections <= 3
    assert len(slack.posts) == 1


@pytest.mark.slow
def test_what_a_silent_server_kept_waiting_is_told_when_it_speaks_again(began, impatient):
    with Silent() as server:
        settings = {"email_from": "m@example.org", "email_to": (ANNE, "bert@example.org")}
        order = began(smtp_url=f"smtp://127.0.0.1:{server.server_address[1]}", **settings)
        assert run_watch(order).exit_code == 5
        server.shutdown()
    with MailSink() as mail:
        result = run_watch(began(smtp_url=f"smtp://127.0.0.1:{mail.port}", **settings))
    assert (result.exit_code, result.owed) == (0, 0)
    assert sorted({to for to, _ in mail.mails}) == [ANNE, "bert@example.org"]


@pytest.mark.slow
def test_a_server_that_refuses_whatever_it_gets_is_not_asked_without_end(began, tmp_path, monkeypatch):
    monkeypatch.setattr("mscwatch.pipeline.sending.MOST_REFUSALS", 2)
    with listens(tmp_path, lambda mail: "554 no" if ANNE in mail["To"] else None) as ears:
        result = run_watch(began(**ears.settings))
    assert (result.exit_code, result.owed) == (5, len(NEWS))
    assert len(ears.mail.refused) == 2


@pytest.mark.slow
def test_the_refusal_of_a_notice_of_a_refusal_makes_no_more_notices(began, tmp_path):
    """The operator is the reader, and every mail that names trial 2 is refused, the notice of the refusal included."""
    with listens(tmp_path, lambda mail: "554 spam" if 2 in named(mail) else None) as ears:
        order = began(**ears.settings | {"operator_email_to": (ANNE,)})
        results = [run_watch(order) for _ in range(3)]
    assert [(result.exit_code, result.owed) for result in results] == [(5, 2)] * 3
    assert column(order, "SELECT count(*) FROM notices WHERE kind = 'not_sent'", file="working") == [2]
    told = [n for _, mail in ears.mail.mails for n in named(mail)]
    assert sorted(told) == [1, 3]
