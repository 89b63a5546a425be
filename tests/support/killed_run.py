"""One night in a process of its own that can be killed, with the registry and everybody who is told in this process."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mscwatch.channels.secrets import masked_address
from mscwatch.replica import Replica, Snapshot
from mscwatch.store.damage import is_named_broken
from mscwatch.store.data_dir import DataDir
from support import alone
from support.messages import in_feed, in_lines, in_mail, in_post
from support.records import edited, put, record, set_status
from support.sinks import MailSink, WebhookSink
from support.warehouse import WRITTEN, answers

ANNE, BERT = "anne@example.org", "bert@example.org"
PEOPLE = {masked_address(person): person for person in (ANNE, BERT)}
SLOW = 0.15  # seconds that a sink takes for a message: a wide window to be killed in
PATIENCE = 120  # seconds for a run that takes two to five
MOMENTS = [
    *("/api/v2/version", "/api/v2/studies"),
    *((who, moment) for who in (ANNE, BERT, "slack") for moment in ("asked", "taken", "answered")),
]
TOLD = "channel, CASE channel WHEN 'email' THEN recipient ELSE '' END AS recipient"
RETRACTIONS = "SELECT event_id, retracted_by FROM events ORDER BY ALL"
DELIVERIES = f"SELECT event_id, {TOLD}, state, shown FROM deliveries ORDER BY ALL"
DOUBTFUL = f"SELECT nct_id, {TOLD} FROM deliveries JOIN events USING (event_id) WHERE state = 'in_doubt'"


def updated(one):
    put("protocolSection.statusModule.lastUpdatePostDateStruct", {"date": "2022-10-09"})(one)


def posted(one):
    one["hasResults"] = True
    put("protocolSection.statusModule.resultsFirstPostDateStruct", {"date": "2022-10-09", "type": "ACTUAL"})(
        one
    )


EDITS = (
    *(set_status(status) for status in ("COMPLETED", "TERMINATED", "WITHDRAWN", "SUSPENDED", "UNKNOWN")),
    posted,
    put("protocolSection.outcomesModule", {"primaryOutcomes": [{"measure": "MELD"}]}),
    put("protocolSection.referencesModule", {"references": [{"pmid": "20221007", "type": "RESULT"}]}),
)


def three_nights():
    """The registry's nights: on the second a trial is suspended, on the third that is taken back and nine things happen."""
    begin = [record(number) for number in range(1, len(EDITS) + 4)]
    second = [edited(begin[0], set_status("SUSPENDED")), *begin[1:]]
    changed = [edited(edited(one, edit), updated) for one, edit in zip(begin[1:], EDITS, strict=False)]
    fresh = edited(
        record(99), put("protocolSection.statusModule.studyFirstPostDateStruct", {"date": "2022-10-09"})
    )
    third = [begin[0], *changed, *begin[1 + len(EDITS) :], fresh]
    return [
        Snapshot(
            f"2022-10-{day:02}T09:00:05",
            {one["protocolSection"]["identificationModule"]["nctId"]: one for one in found},
        )
        for day, found in zip((6, 7, 10), (begin, second, third), strict=True)
    ]


@dataclass
class Evening:
    """The third night, in a folder of its own that holds the two before."""

    folder: Path
    watch_file: Path
    due: object = None  # what the process must not survive: a moment, or seconds since the night began

    def __enter__(self):
        with ExitStack() as stack:
            self.registry = stack.enter_context(Replica([three_nights()[2]], intercept=self._asked))
            self.mail = stack.enter_context(MailSink(slow=SLOW, met=lambda *moment: self._met(moment)))
            self.slack = stack.enter_context(
                WebhookSink(slow=SLOW, met=lambda moment: self._met(("slack", moment)))
            )
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._open.close()

    @property
    def data_dir(self):
        return DataDir(self.folder / "data")

    def run(self, due=None):
        """Run the night; its exit code, and how many seconds it took since it had the lock."""
        self.due = due
        before = self.data_dir.lock.stat().st_mtime_ns
        settings = {
            "api_url": self.registry.url, "watch": self.watch_file, "data_dir": "data", "min_interval": 0,
            "smtp_url": f"smtp://127.0.0.1:{self.mail.port}", "email_from": "mscwatch@example.org",
            "email_to": f"{ANNE},{BERT}", "slack_webhook_url": self.slack.url, "atom_file": "news.atom",
            "jsonl_file": "news.jsonl",
        }  # fmt: skip
        self.process = alone.start(("run", "--direct"), self.folder, settings, self.folder / "log.txt")
        while self.process.is_alive() and self.data_dir.lock.stat().st_mtime_ns == before:
            time.sleep(0.005)
        begun = time.monotonic()
        if isinstance(due, float):
            time.sleep(due)
            self.process.kill()
        self.process.join(PATIENCE)
        return self.process.exitcode, time.monotonic() - begun

    def told(self):
        """How often each trial's news was taken at each address."""
        mails = [(trial, "email", to) for to, mail in self.mail.mails for trial in in_mail(mail)]
        posts = [(trial, "slack", "") for post in self.slack.posts for trial in in_post(post)]
        feed = [(trial, "atom", "") for trial in in_feed(self.folder / "news.atom")]
        lines = [(trial, "jsonl", "") for trial in in_lines(self.folder / "news.jsonl")]
        return Counter(mails + posts + feed + lines)

    def written(self):
        """What analysts find, by query, and what was told: an unchanged night does not publish that."""
        asked = (*WRITTEN, RETRACTIONS, DELIVERIES)
        of_telling = [query for query in asked if {"deliveries", "notices"} & set(query.split())]
        told = answers(self.data_dir.working, of_telling)
        return answers(self.data_dir.published, [query for query in asked if query not in told]) | told

    def found_dead(self):
        """How far a run that was killed had come, in words, and what was in doubt: (trial, channel, recipient).

        Nothing is known of that where it broke the file that says so.
        """
        if self.is_torn():
            return TORN, set()
        with duckdb.connect(str(self.data_dir.working), read_only=True) as con:
            states = dict(con.execute("SELECT state, count(*) FROM deliveries GROUP BY ALL").fetchall())
            outcomes = [
                one for (one,) in con.execute("SELECT outcome FROM runs ORDER BY started_at").fetchall()
            ]
            doubtful = [
                (trial, channel, PEOPLE.get(to, to))
                for trial, channel, to in con.execute(DOUBTFUL).fetchall()
            ]
        with duckdb.connect(str(self.data_dir.published), read_only=True) as con:
            ((shown, sent),) = con.execute(
                "SELECT (SELECT count(*) FROM runs WHERE outcome = 'published'), "
                "(SELECT count(*) FROM deliveries WHERE state = 'sent')"
            ).fetchall()
        return _stage(outcomes, states, shown, sent), set(doubtful)

    def is_torn(self):
        """Whether the kill came in the midst of DuckDB's own write."""
        try:
            duckdb.connect(str(self.data_dir.working), read_only=True).close()
        except duckdb.Error as error:
            return is_named_broken(str(error))
        return False

    def _met(self, moment):
        if moment == self.due:
            self.due = None
            self.process.kill()

    def _asked(self, request):
        self._met(request.path)


TORN = "in a write of DuckDB"
STAGES = (
    *("opening", "reading", "committed, not published", "published, nobody told"),
    *("in a send", "between two sends", "all told, not published", "all told and published"),
    TORN,
)


def _stage(outcomes, states, shown, sent):
    if outcomes.count("published") == 1:  # the second night's; the third is not there
        return "reading" if outcomes[-1] == "running" else "opening"
    if states.get("in_doubt"):
        return "in a send"
    if not states.get("sent"):
        return "committed, not published" if shown == 1 else "published, nobody told"
    if states.get("owed"):
        return "between two sends"
    return "all told, not published" if sent < states["sent"] else "all told and published"
