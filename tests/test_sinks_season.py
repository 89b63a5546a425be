"""A season in which every channel breaks in every way it can: whoever is owed news takes each once."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, nullcontext
from datetime import date, timedelta
from functools import partial
from random import Random
from shutil import move

import pytest

from mscwatch import channels
from mscwatch.channels import smtp
from mscwatch.pipeline import sending
from mscwatch.pipeline.run import run_watch
from mscwatch.record import record_nct_id
from mscwatch.replica import Replica, Snapshot
from mscwatch.store import working
from mscwatch.vocabulary import RunOutcome
from support.messages import in_feed, in_lines, in_mail, in_post
from support.records import edited, record, set_status
from support.sinks import MailSink, WebhookSink, kept_port
from support.warehouse import rows, working_rows

pytestmark = pytest.mark.slow

ANNE, BERT = "anne@example.org", "bert@example.org"
ADDRESSES = (ANNE, BERT, "slack", "atom", "jsonl")
NIGHTS = 40  # at most; the season ends when every fault has struck
IMPATIENT = 0.3  # seconds that a channel waits for a sink that takes longer
ALL = channels.ATTEMPTS * 2  # answers: no attempt of a night succeeds, for neither recipient

# A fault is where it strikes and the answer there. Each strikes in one night of a season: there the first attempt, in
# the other season all of them.
MAIL = (
    ("refused", ""),
    *(("EHLO", answer) for answer in ("421 busy", "554 not you")),
    *(("AUTH", answer) for answer in ("454 later", "535 who are you")),
    *(("MAIL", answer) for answer in ("451 later", "550 unknown sender", "552 too big")),
    *(("RCPT", answer) for answer in ("450 greylisted", "550 no such user", "552 mailbox full")),
    *(("354", answer) for answer in ("451 later", "554 no mail today")),
    *(("DATA", answer) for answer in ("451 later", "554 looks like spam", "552 too big", "drop")),
    *(("QUIT", answer) for answer in ("421 busy", "drop")),
    ("slow", ""),
)
SLACK = (
    ("refused", ""),
    *((429, after) for after in ("", "7", "3600")),
    *((code, "") for code in (500, 503, 404, 410, 400, "drop")),
    ("slow", ""),
)
SWITCHING_OFF = {
    *(("EHLO", "554 not you"), ("AUTH", "535 who are you"), ("MAIL", "550 unknown sender")),
    *(("RCPT", "550 no such user"), (404, ""), (410, "")),
}
FILES = (("atom", "in the way"), ("jsonl", "in the way"))


class Season:
    """The settings, the faults still to come, and who took what in which night."""

    def __init__(self, order, folder, seed, patch):
        self.order, self.folder, self.seed, self.random, self.patch = order, folder, seed, Random(seed), patch
        self.faults = {name: self._shuffled(faults) for name, faults in (("mail", MAIL), ("slack", SLACK))}
        self.faults["files"] = self._shuffled(FILES)
        self.settings_changed = {"mail": 0, "slack": 0}
        self.off = {"mail": False, "slack": False}
        self.answered, self.unanswered = Counter(), Counter()
        self.ids = []  # (recipient, Message-ID, whether it was answered)

    @property
    def is_over(self):
        return not any(self.faults.values()) and not any(self.off.values())

    def _shuffled(self, faults):
        found = [(*fault, (1, ALL)[(number + self.seed) % 2]) for number, fault in enumerate(faults)]
        self.random.shuffle(found)
        return found

    def next_faults(self):
        """One for each channel that is on; a channel that is off has its setting changed now or stays off one night."""
        tonight = {}
        for name, queue in self.faults.items():
            if self.off.get(name) and self.random.random() < 1 / 2:
                tonight[name] = None
                continue
            if self.off.get(name):
                self.settings_changed[name] += 1
                self.off[name] = False
            tonight[name] = queue.pop() if queue else None
        return tonight

    def night(self, registry, ports, faults):
        """Run one night with these faults; how it went."""
        mail, slack = _mail(ports[0], faults["mail"]), _slack(ports[1], faults["slack"])
        refused = {name for name in ("mail", "slack") if faults[name] and faults[name][0] == "refused"}
        self.patch.setattr(smtp, "TIMEOUT", IMPATIENT if mail.slow else 30.0)
        self.patch.setattr("mscwatch.channels.slack.TIMEOUT", (10.0, IMPATIENT if slack.slow else 30.0))
        with ExitStack() as stack:
            stack.enter_context(nullcontext() if "mail" in refused else mail)
            stack.enter_context(nullcontext() if "slack" in refused else slack)
            stack.enter_context(_in_the_way(self.folder, faults["files"]))
            tonight = self.order(registry.url, **self._settings(ports))
            result = run_watch(tonight)
        self._note(mail, slack, faults)
        with working.open_warehouse(tonight.data_dir) as con:
            off = {name for (name,) in con.execute("SELECT DISTINCT channel FROM switched_off").fetchall()}
        found = {"mail": "email" in off, "slack": "slack" in off}
        due = {name: self.off[name] or (faults[name] or ())[:2] in SWITCHING_OFF for name in found}
        assert found == due, faults
        self.off = found
        return tonight, result

    def _settings(self, ports):
        user, hook = f"user{self.settings_changed['mail']}", f"B{self.settings_changed['slack']}"
        return {
            "smtp_url": f"smtp://{user}:pass@127.0.0.1:{ports[0]}",
            "email_from": "mscwatch@example.org",
            "email_to": (ANNE, BERT),
            "slack_webhook_url": f"http://127.0.0.1:{ports[1]}/services/T0/{hook}/secret",
            "atom_file": str(self.folder / "atom" / "news"),
            "jsonl_file": str(self.folder / "jsonl" / "news"),
        }

    def _note(self, mail, slack, faults):
        """Who took what: the takes of a fault that takes and does not answer are a night's first ones."""
        for number, (to, one) in enumerate(mail.mails):
            answered = number >= _unanswered(faults["mail"])
            self.ids.append((to, one["Message-ID"], answered))
            (self.answered if answered else self.unanswered).update((trial, to) for trial in in_mail(one))
        for number, one in enumerate(slack.posts):
            answered = number >= _unanswered(faults["slack"])
            (self.answered if answered else self.unanswered).update(
                (trial, "slack") for trial in in_post(one)
            )

    def taken(self):
        """How often each trial's news was taken, with an answer, at each address."""
        feed = [(trial, "atom") for trial in in_feed(self.folder / "atom" / "news")]
        lines = [(trial, "jsonl") for trial in in_lines(self.folder / "jsonl" / "news")]
        return self.answered + Counter(feed + lines)


def _unanswered(fault):
    """How many of a night's first messages are taken and never answered, as far as who sends them knows."""
    match fault:
        case ("slow", _, _):
            return NIGHTS
        case ("DATA" | "drop", "drop" | "", strikes):
            return strikes
    return 0


def _mail(port, fault):
    sink = MailSink(port=port, password="pass")
    match fault:
        case ("RCPT", answer, strikes):
            sink.refusals[BERT] = [answer] * strikes
        case ("AUTH", answer, strikes):
            sink.stages["AUTH"] = [answer] * 2 * strikes  # a client tries both ways that the server offers
        case ("slow", _, _):
            sink.slow = IMPATIENT * 4
        case (stage, answer, strikes) if stage != "refused":
            sink.stages[stage] = [answer] * strikes
    return sink


def _slack(port, fault):
    match fault:
        case ("slow", _, _):
            return WebhookSink(port=port, slow=IMPATIENT * 4)
        case (code, after, strikes) if code != "refused":
            return WebhookSink(
                *[(code, "said Slack", {"Retry-After": after} if after else {})] * strikes, port=port
            )
    return WebhookSink(port=port)


class _in_the_way:  # noqa: N801  a context
    """While this lasts, a file stands where a feed's folder should."""

    def __init__(self, folder, fault):
        self.place = folder / fault[0] if fault else None

    def __enter__(self):
        if self.place:
            self.place.mkdir(exist_ok=True)
            move(self.place, self.place.with_suffix(".away"))
            self.place.touch()

    def __exit__(self, *_):
        if self.place:
            self.place.unlink()
            move(self.place.with_suffix(".away"), self.place)


def registry_of(nights):
    """Two more trials complete each night, so that somebody is owed something in each."""
    contents = [[record(number) for number in range(1, 2 * nights + 1)]]
    for night in range(nights):
        new = [edited(one, set_status("COMPLETED")) for one in contents[0][2 * night : 2 * night + 2]]
        contents.append([*contents[-1][: 2 * night], *new, *contents[-1][2 * night + 2 :]])
    return Replica(
        [
            Snapshot(
                f"{date(2022, 10, 6) + timedelta(days=day)}T09:00:05",
                {record_nct_id(one): one for one in content},
            )
            for day, content in enumerate(contents)
        ]
    )


def mail_repeats(ids):
    """Of the mails that nobody answered for: how many a mail client folds into another, and how many not."""
    folded = sum(not answered and ids.count((to, one, True)) > 0 for to, one, answered in ids)
    return folded, sum(not answered for *_, answered in ids) - folded


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_season_of_broken_channels_each_address_takes_each_news_once(
    order, tmp_path, monkeypatch, capsys, seed
):
    waits = []
    patience = partial(channels.send_with_retries, sleep=waits.append)
    monkeypatch.setattr(sending, "send_with_retries", patience)
    season = Season(order, tmp_path, seed, monkeypatch)
    nights, codes = 0, Counter()
    with registry_of(NIGHTS) as registry, kept_port() as smtp_port, kept_port() as http_port:
        ports = (smtp_port, http_port)
        season.night(registry, ports, dict.fromkeys(season.faults))
        while not season.is_over:
            registry.advance()
            nights += 1
            tonight, result = season.night(registry, ports, season.next_faults())
            assert result.outcome is RunOutcome.PUBLISHED, result.error
            assert (result.exit_code == 5) == (result.owed > 0)
            codes[result.exit_code] += 1
        _, result = season.night(registry, ports, dict.fromkeys(season.faults))
    assert (result.exit_code, result.owed) == (0, 0)

    trials = [trial for (trial,) in rows(tonight, "SELECT nct_id FROM events WHERE NOT is_baseline")]
    taken = season.taken()
    folded, unfolded = mail_repeats(season.ids)
    with capsys.disabled():
        print(
            f"\n[sinks] seed {seed}: {nights} nights, {codes[5]} with something owed, {len(trials)} events, "
            f"{len(trials) * len(ADDRESSES)} owed, {taken.total()} taken and answered, "
            f"{season.unanswered.total()} taken and never answered; of such mails {folded} fold, {unfolded} do not"
        )
    assert len(trials) == 2 * nights
    assert taken - Counter((trial, to) for trial in trials for to in ADDRESSES) == Counter()
    assert Counter((trial, to) for trial in trials for to in ADDRESSES) - taken == Counter()
    assert set(
        working_rows(tonight, "SELECT DISTINCT state FROM deliveries JOIN events USING (event_id)")
    ) == {("sent",)}
    assert {to for _, to in season.unanswered} <= {ANNE, BERT, "slack"}
    assert folded > 0
    assert unfolded == 0
    assert 7.0 in waits
    assert max(waits) <= channels.LONGEST_WAIT
