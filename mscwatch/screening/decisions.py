"""What people decided: which trials belong to the topic, and which papers are a trial's own.

Decisions stand in one TOML file that people read, edit and keep under version control. Each says who decided, when
and why, and wins over every rule:

    [[screening]]
    nct_id = "NCT02223897"
    decision = "include"    # or "exclude"
    reason = "the protocol names the cells"
    date = 2026-01-31
    by = "A. Reader"

    [[link]]
    nct_id = "NCT01220492"
    paper = "17903050"      # a PMID, or the code that `mscwatch links` shows for a reference without one
    decision = "reject"     # or "accept"
    reason = "another trial's paper"
    date = 2026-01-31
    by = "A. Reader"

Pure: text in, decisions or text out.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import tomlkit
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationError

from mscwatch.errors import ConfigError, refused_keys
from mscwatch.model import Record, Screening
from mscwatch.record import NCT_ID
from mscwatch.therapy import indication_group
from mscwatch.vocabulary import IndicationGroup, Relevance

KEYS = ("nct_id", "paper", "decision", "reason", "date", "by")
HEADING = (
    "# What people decided. Every entry has a reason, a date and a name; `mscwatch links` adds to the end.\n"
)


def _as_text(value: Any) -> Any:
    """A PMID is often written as a number, and an NCT number in lower case."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_nct_number(value: Any) -> str:
    number = str(value).upper().strip()
    if not NCT_ID.fullmatch(number):
        raise ValueError("is no NCT number, such as NCT02223897")
    return number


NctId = Annotated[str, BeforeValidator(_as_nct_number)]


class _Decision(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    nct_id: NctId
    decision: str
    reason: str = Field(min_length=1)
    date: Annotated[dt.date, Strict()]
    by: str = Field(min_length=1)

    def entry(self) -> dict[str, Any]:
        """As it stands in the file, in the order in which people read it."""
        told = self.model_dump()
        return {key: told[key] for key in KEYS if key in told}


class ScreeningDecision(_Decision):
    """Whether a trial belongs to the topic, whatever its words say."""

    decision: Literal["include", "exclude"]

    @property
    def key(self) -> str:
        return self.nct_id


class LinkDecision(_Decision):
    """Whether a paper reports a trial. `paper` is a PMID, or the code of a reference without one."""

    paper: Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
    decision: Literal["accept", "reject"]

    @property
    def key(self) -> str:
        return f"{self.nct_id} and paper {self.paper}"


KINDS: dict[str, type[ScreeningDecision | LinkDecision]] = {
    "screening": ScreeningDecision,
    "link": LinkDecision,
}


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions of a file, in its order; each trial and each link at most once."""

    screening: dict[str, ScreeningDecision] = field(default_factory=dict)
    links: tuple[LinkDecision, ...] = ()


def read(text: str, source: str) -> Decisions:
    """The decisions of a file's text; `source` is its name for messages.

    Raises `ConfigError` naming the entry and its line: not TOML, an unknown key, a missing reason, something decided
    twice.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{source} is not valid TOML: {error}. Correct it; the decisions in force stay as they were."
        raise ConfigError(msg) from None
    if strange := told.keys() - KINDS.keys():
        msg = f"{source}: {', '.join(sorted(strange))} is no kind of decision; there are [[screening]] and [[link]]."
        raise ConfigError(msg)
    entries: dict[str, list[Any]] = {kind: list(_entries(kind, told, text, source)) for kind in KINDS}
    return Decisions({one.nct_id: one for one in entries["screening"]}, tuple(entries["link"]))


def with_link(text: str, decision: LinkDecision, source: str) -> str:
    """The file's text with one more entry at its end; all that people wrote stays byte by byte.

    Raises `ConfigError` where the link is decided already, or the text cannot be read.
    """
    for one in read(text, source).links:
        if one.key == decision.key:
            msg = (
                f"{one.key} is {one.decision}ed already, by {one.by} on {one.date} ({one.reason}). "
                f"To change that, edit {source}."
            )
            raise ConfigError(msg)
    entry = tomlkit.dumps({"link": [decision.entry()]})
    grown = f"{text.rstrip() or HEADING.rstrip()}\n\n{entry}"
    read(grown, source)
    return grown


def whole_text(screening: Iterable[ScreeningDecision], links: Iterable[LinkDecision]) -> str:
    """A file that says just these decisions."""
    told = {"screening": [one.entry() for one in screening], "link": [one.entry() for one in links]}
    return HEADING + "\n" + tomlkit.dumps({kind: entries for kind, entries in told.items() if entries})


def screened(record: Record, reading: Screening, screening: ScreeningDecision | None) -> Screening:
    """What holds of a record: a person's decision where there is one, else what its words say.

    Included is `core`, excluded is `off`; the reason says who, when and why, and what the words alone would say.
    """
    if screening is None:
        return reading
    included = screening.decision == "include"
    reason = (
        f"{screening.decision}d by {screening.by} on {screening.date}: {screening.reason} "
        f"(its words say {reading.relevance}: {reading.reason})"
    )
    if included:
        return Screening(Relevance.CORE, reason, indication_group(record))
    return Screening(Relevance.OFF, reason, IndicationGroup.NONE)


def _entries(
    kind: str, told: dict[str, Any], text: str, source: str
) -> Iterable[ScreeningDecision | LinkDecision]:
    listed = told.get(kind, [])
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        msg = f"{source}: write every decision under its own [[{kind}]]."
        raise ConfigError(msg)
    places = _places(kind, text, len(listed))
    seen: dict[str, str] = {}
    for entry, place in zip(listed, places, strict=True):
        try:
            decision = KINDS[kind].model_validate(entry)
        except ValidationError as error:
            key, reason = refused_keys(error, "is not a key of a decision")[0]
            raise ConfigError(f"{source}, {place}: {key} {reason}.") from error
        if earlier := seen.get(decision.key):
            msg = f"{source}, {place}: {decision.key} is decided already in {earlier}. Keep one of the two."
            raise ConfigError(msg)
        seen[decision.key] = place
        yield decision


def _places(kind: str, text: str, count: int) -> list[str]:
    """How messages name each entry; with its line, where headings and entries pair up."""
    headings = list(re.finditer(rf"^\s*\[\[\s*{kind}\s*\]\]", text, re.MULTILINE))
    lines = [text.count("\n", 0, heading.end()) + 1 for heading in headings]
    if len(lines) != count:
        return [f"{kind} entry {number}" for number in range(1, count + 1)]
    return [f"{kind} entry {number} (line {line})" for number, line in enumerate(lines, start=1)]
