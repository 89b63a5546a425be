"""`mscwatch doctor --record DIR`: a few requests whose answers show how the registry really behaves, for a report.

They ask what other clients' records leave open or contradict: which user agent is let in, what errors and aliases look
like, how the history differs from the API, whether all servers hold the same data.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from mscwatch import __version__
from mscwatch.errors import ConfigError
from mscwatch.masking import MASK, credentials, masked, without
from mscwatch.pipeline.wiring import politeness
from mscwatch.record import part, without_contacts
from mscwatch.registry.history import history_url
from mscwatch.registry.http import BARE_AGENT, Politeness
from mscwatch.registry.http_exchange import Exchange, Limits
from mscwatch.registry.http_response import Response, TransientError
from mscwatch.settings import Settings
from mscwatch.watch import Watch

TRIAL, ALIAS, UNKNOWN = "NCT02223897", "NCT07048704", "NCT99999999"
COUNT_ONLY = {"fields": "NCTId", "pageSize": "1", "countTotal": "true"}
LONG_QUERY = " OR ".join(["liver"] * 1_000)  # the edge refuses URLs somewhere between 7 and 8 kB
SIZE = 20_000_000  # bytes of one answer
SECRET_HEADERS = frozenset({"set-cookie", "authorization", "proxy-authorization"})


class Probe(NamedTuple):
    """One request: what it is for, the path below the API's address or a whole one, and the agent (empty: as usual)."""

    name: str
    path: str
    parameters: Mapping[str, str] = {}
    agent: str = ""


def record_contact(settings: Settings, watch: Watch, folder: Path) -> Contact:
    """Ask, and write each answer into `folder`: `NN-name.json` (request, status, headers) and `NN-name.body`.

    At most 16 requests, none repeated, at the distance that the settings say. Where no user agent is let in, the first
    three are all. Passwords, cookies, the contact's address and contacts in records are not written. Raises
    `ConfigError` when the folder cannot be written.
    """
    contact = Contact(settings, folder, politeness(settings))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _record(contact, watch)
        (folder / "summary.txt").write_text("\n".join(contact.lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"Cannot write into {folder}: {error.strerror or error}. Choose another DIR."
        ) from error
    return contact


def _record(contact: Contact, watch: Watch) -> None:
    agents = {
        "own": contact.politeness.user_agent,
        "bare": BARE_AGENT,
        "token-last": f"mscwatch/{__version__} {BARE_AGENT}",
    }
    for name, agent in agents.items():
        answer = contact.ask(Probe(f"version-agent-{name}", "/version", agent=agent))
        if answer is not None and answer.status == 200:  # noqa: PLR2004  a success
            contact.agent = contact.agent or agent
    if not contact.agent:
        return
    for probe in _probes(watch):
        contact.ask(probe)
    try:
        beside = f"{history_url(contact.settings.api_url)}/studies/{TRIAL}/history"
    except ConfigError:
        return
    listed = contact.ask(Probe("history-list", beside))
    changes = part(_json(listed.body), "changes") if listed is not None else None
    last = len(changes) - 1 if isinstance(changes, list) and changes else 0
    contact.ask(Probe("history-version", f"{beside}/{last}"))


def _probes(watch: Watch) -> Iterator[Probe]:
    yield Probe("record", f"/studies/{TRIAL}")
    yield Probe("unknown-trial", f"/studies/{UNKNOWN}")
    yield Probe("malformed-number", "/studies", {"filter.ids": "NCT0"} | COUNT_ONLY)
    yield Probe("malformed-query", "/studies", {"query.term": "("} | COUNT_ONLY)
    yield Probe("malformed-token", "/studies", {"query.term": "liver", "pageToken": "x"} | COUNT_ONLY)
    yield Probe("alias", f"/studies/{ALIAS}")
    yield Probe("long-url", "/studies", {"query.term": LONG_QUERY} | COUNT_ONLY)
    yield Probe("apostrophe", "/studies", {"query.intr": '"Wharton\'s jelly"'} | COUNT_ONLY)
    both = {"query.term": TRIAL, "query.cond": "asthma"}
    yield Probe("number-and-condition", "/studies", both | COUNT_ONLY)
    yield Probe("watch", "/studies", watch.query.parameters() | COUNT_ONLY)
    yield Probe("version-again", "/version")


@dataclass(slots=True)
class Contact:
    """Sends the requests, and holds what was recorded: a line for each, in order."""

    settings: Settings
    folder: Path
    politeness: Politeness
    agent: str = ""  # the first that is let in
    lines: list[str] = field(default_factory=list)
    _exchange: Exchange = field(
        default_factory=lambda: Exchange({"Accept": "application/json", "Accept-Encoding": "gzip"})
    )

    @property
    def sentence(self) -> str:
        return f"Recorded {len(self.lines)} answers in {self.folder}: send that folder with your report."

    def ask(self, probe: Probe) -> Response | None:
        """Send one request and write what came; None when nothing came."""
        if self.lines:
            time.sleep(self.politeness.min_interval)
        agent = probe.agent or self.agent
        base = probe.path if "://" in probe.path else f"{self.settings.api_url}{probe.path}"
        query = f"?{urlencode(probe.parameters)}" if probe.parameters else ""
        notes: dict[str, Any] = {"request": {"url": masked(base) + query, "user_agent": agent}}
        begun, answer = time.monotonic(), None
        try:
            answer = self._exchange.get(base + query, Limits(self.politeness.timeout, SIZE), agent)
            notes |= _noted(answer)
            outcome = f"HTTP {answer.status}, {answer.headers.get('Content-Type', 'no type')}, {len(answer.body)} bytes"
        except TransientError as error:
            notes["error"] = outcome = str(error)
        notes["seconds"] = round(time.monotonic() - begun, 3)
        self._write(probe, notes, answer, outcome)
        return answer

    def _write(self, probe: Probe, notes: dict[str, Any], answer: Response | None, outcome: str) -> None:
        name = f"{len(self.lines) + 1:02}-{probe.name}"
        secrets = credentials(self.settings.api_url) | {self.settings.contact.strip()}
        text = orjson.dumps(notes, option=orjson.OPT_INDENT_2).decode()
        (self.folder / f"{name}.json").write_text(without(text, secrets), encoding="utf-8")
        if answer is not None:
            body = without(_body(answer.body).decode(errors="surrogateescape"), secrets)
            (self.folder / f"{name}.body").write_bytes(body.encode(errors="surrogateescape"))
        self.lines.append(without(f"{name}: {outcome}", secrets))


def _noted(answer: Response) -> dict[str, Any]:
    sent = answer.headers.items()
    headers = {name: MASK if name.lower() in SECRET_HEADERS else value for name, value in sent}
    noted: dict[str, Any] = {"status": answer.status, "headers": headers}
    content = _json(answer.body)
    if holder := part(content, "derivedSection", "miscInfoModule", "versionHolder"):
        noted["version_holder"] = str(holder)
    for name in ("dataTimestamp", "totalCount"):
        if (value := part(content, name)) is not None:
            noted[name] = str(value)
    return noted


def _body(body: bytes) -> bytes:
    """The body as it came; that of a record without the contacts in it, so written anew."""
    content = _json(body)
    record = part(content, "study") or content
    if not isinstance(record, dict) or "protocolSection" not in record:
        return body
    without_contacts(record)
    return orjson.dumps(content)


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return None
