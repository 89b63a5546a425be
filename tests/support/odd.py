"""Shared by the tests of odd records, messages, servers and files: a registry of raw JSON texts, all channels, one command.

What these tests borrow from the other helpers is imported here and nowhere else.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from mscwatch.cli import main
from mscwatch.pipeline.context import RunOrder
from mscwatch.replica import Replica, Response, Snapshot
from mscwatch.settings import Settings
from mscwatch.watches import load_watch
from support.records import edited, record, set_status
from support.sinks import MailSink, WebhookSink

__all__ = ["Ears", "MailSink", "PickyMail", "RawRegistry", "WebhookSink", "edited", "record", "set_status"]

SHARED = Path(__file__).parents[3] / "shared"
ANNE, OPERATOR = "anne@example.org", "operator@example.org"
DAYS = tuple(f"2022-10-{day:02}T09:00:05" for day in range(6, 28))
FIRST_NUMBER = re.compile(rb'"nctId": ?"(NCT\d{8})"')


def case_file(name):
    """A file of small odd inputs; the test is skipped where the folder is not at hand."""
    path = SHARED / "cases" / name
    if not path.exists():
        pytest.skip(f"no cases at {path.parent}")
    return path


ALL = 'name = "all"\ntitle = "All of it"\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n'


def order_in(folder, url, watch=ALL, **values):
    """A night's order with its data and its watch file in a folder; keyword arguments are settings."""
    file = folder / "watch.toml"
    file.write_text(watch)
    usual = {"data_dir": folder / "data", "min_interval": 0, "retry_budget": 0, "api_url": url}
    return RunOrder(Settings(**(usual | values)), load_watch(str(file)))


def number(n):
    return f"NCT{n:08}"


def as_text(study):
    """A study as the registry writes it; bytes are taken as they are."""
    return study if isinstance(study, bytes) else json.dumps(study, separators=(",", ":")).encode()


def completed(study):
    return edited(study, set_status("COMPLETED"))


def fresh(n, **modules):
    """A trial that is new on the second night: first posted on the day before."""
    study = record(n, **modules)
    study["protocolSection"]["statusModule"]["studyFirstPostDateStruct"] = {"date": "2022-10-06"}
    return study


@dataclass
class RawRegistry:
    """The embedded registry with the JSON texts of its records given as bytes, so that they may be anything.

    Each night is a list of studies (dictionaries or bytes). Every query finds all of them, in this order; `singles` are
    found by their number alone.
    `version` and `envelope` replace parts of the answers to `/version` and `/studies` (values are JSON texts).
    """

    nights: list
    page_size: int = 1000
    version: dict = field(default_factory=dict)
    envelope: dict = field(default_factory=dict)
    night: int = 0
    singles: dict = field(default_factory=dict)

    def __enter__(self):
        self._replica = Replica([Snapshot(DAYS[0], {})], intercept=self._answer)
        self._replica.__enter__()
        self.url, self.requests = self._replica.url, self._replica.requests
        return self

    def __exit__(self, *raised):
        self._replica.__exit__(*raised)

    def _answer(self, request):
        texts = [as_text(study) for study in self.nights[self.night]]
        place = request.path.removeprefix("/api/v2")
        if place == "/version":
            told = {"apiVersion": '"2.0.5"', "dataTimestamp": f'"{DAYS[self.night]}"'} | self.version
            return _json(told)
        if place == "/studies":
            return self._page(texts, request.query)
        if asked := re.fullmatch(r"/studies/(NCT\d{8})", place):
            for text in [*texts, *self.singles.values()]:
                if (found := FIRST_NUMBER.search(text)) and found[1].decode() == asked[1]:
                    return Response(200, {"Content-Type": "application/json"}, text)
            return Response(404, {"Content-Type": "text/plain"}, f"NCT number {asked[1]} not found".encode())
        return None

    def _page(self, texts, query):
        start, size = int(query.get("pageToken", 0)), min(int(query["pageSize"]), self.page_size)
        told = {} if "pageToken" in query else {"totalCount": str(len(texts))}
        told |= self.envelope
        if start + size < len(texts):
            told["nextPageToken"] = f'"{start + size}"'
        return _json(told, b'"studies":[' + b",".join(texts[start : start + size]) + b"]")


def _json(members, *more):
    parts = [f'"{name}":{value}'.encode() for name, value in members.items()]
    return Response(200, {"Content-Type": "application/json"}, b"{" + b",".join([*parts, *more]) + b"}")


@dataclass
class PickyMail(MailSink):
    """A mail server that judges mails by their content: `judge` gives the answer after DATA, or None to take the mail."""

    judge: Callable = lambda _: None
    refused: list = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        if answer := self.judge(mail):
            self.refused.append((envelope.rcpt_tos[0], mail))
            return answer
        return await super().handle_DATA(server, session, envelope)


class Ears:
    """All channels of a night on loopback: mail to a reader and to the operator, Slack, a feed, a file of lines."""

    def __init__(self, folder, mail=None):
        self._stack = contextlib.ExitStack()
        self.mail, self.slack = mail or MailSink(), WebhookSink()
        self.feed, self.lines = folder / "feed.xml", folder / "news.jsonl"

    def __enter__(self):
        self._stack.enter_context(self.mail)
        self._stack.enter_context(self.slack)
        self.settings = {
            "smtp_url": f"smtp://127.0.0.1:{self.mail.port}",
            "email_from": "mscwatch@example.org",
            "email_to": (ANNE,),
            "operator_email_to": (OPERATOR,),
            "slack_webhook_url": self.slack.url,
            "atom_file": str(self.feed),
            "jsonl_file": str(self.lines),
        }
        return self

    def __exit__(self, *raised):
        self._stack.__exit__(*raised)

    def mailed(self, recipient):
        """All that was mailed to somebody, subjects and attachments included, its white space made single."""
        return " ".join(" ".join(mail_text(mail) for to, mail in self.mail.mails if to == recipient).split())

    @property
    def operator(self):
        return self.mailed(OPERATOR)

    def heard(self):
        """What arrived where news go, as one text for each channel."""
        read = {
            path.name: path.read_text("utf-8") if path.exists() else "" for path in (self.feed, self.lines)
        }
        return {"mail": self.mailed(ANNE), "slack": json.dumps(self.slack.posts), **read}

    def deaf_to(self, words):
        """The channels on which these words did not arrive."""
        return [channel for channel, text in self.heard().items() if words not in text]


def mail_text(mail):
    """Subject, text and attachments of a mail."""
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail["Subject"]), *parts])


def rows(order, query, *, file="published"):
    """What a file of the data directory answers to a query."""
    with duckdb.connect(str(getattr(order.data_dir, file)), read_only=True) as con:
        return con.execute(query).fetchall()


def column(order, query, *, file="published"):
    return [value for (value,) in rows(order, query, file=file)]


def all_texts(path):
    """Every text in every table of a DuckDB file, joined: whoever opens the file can read them."""
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        return "\n".join(
            str(con.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()) for schema, table in tables
        )


def say(*words, folder, **settings):
    """Run `mscwatch …` in this process, in a folder, with exactly these MSCWATCH_ settings; what it did and printed."""
    before, where, argv = dict(os.environ), Path.cwd(), sys.argv
    logger = logging.getLogger("mscwatch")
    level, propagate, handlers = logger.level, logger.propagate, logger.handlers
    out, err, code = io.StringIO(), io.StringIO(), 0
    for name in [name for name in os.environ if name.startswith("MSCWATCH_")]:
        del os.environ[name]
    os.environ.update({f"MSCWATCH_{name.upper()}": _setting(value) for name, value in settings.items()})
    try:
        os.chdir(folder)
        sys.argv = ["mscwatch", *map(str, words)]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as ended:
                code = ended.code or 0
    finally:
        os.chdir(where)
        sys.argv = argv
        os.environ.clear()
        os.environ.update(before)
        logger.level, logger.propagate, logger.handlers = level, propagate, handlers
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


def _setting(value):
    return ",".join(value) if isinstance(value, tuple) else str(value)


def last_line(text):
    return text.strip().splitlines()[-1] if text.strip() else ""
