"""Decisions of people: which trials belong to the topic, and which papers report a trial.

They are in one TOML file that people read, edit and keep under version control. Each decision says who decided, when
and why. It wins over every rule:

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

Pure: text comes in, decisions or text go out.
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
from mscwatch.record import nct_number
from mscwatch.therapy import indication_group
from mscwatch.vocabulary import IndicationGroup, Relevance

KEYS = ("nct_id", "paper", "decision", "reason", "date", "by")
HEADING = (
    "# What people decided. Every entry has a reason, a date and a name; `mscwatch links` adds to the end.\n"
)


def _as_text(value: Any) -> Any:
    """The value, a whole number as text: people often write a PMID without quotes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_nct_number(value: Any) -> str:
    number = str(value).upper().strip()
    if (
        nct_number(number) != number
    ):  # a number with a digit lost is padded there, and would be another trial's
        raise ValueError("is not an NCT number, such as NCT02223897")
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
        """The decision as an entry of the file, in the order of `KEYS`."""
        values = self.model_dump()
        return {key: values[key] for key in KEYS if key in values}


class ScreeningDecision(_Decision):
    """Whether a trial belongs to the topic, whatever the rules read in it."""

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
    """All decisions of a file, in its order; at most one for each trial and for each link."""

    screening: dict[str, ScreeningDecision] = field(default_factory=dict)
    links: tuple[LinkDecision, ...] = ()


def read(text: str, source: str) -> Decisions:
    """The decisions of a file's text; `source` is the file's name for messages.

    Raises `ConfigError`, naming the entry and its line, where the text is not TOML, a key is unknown, a reason is
    missing, or something is decided twice.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{source} is not valid TOML: {error}. Correct it; the decisions in force stay as they were."
        raise ConfigError(msg) from error
    if unknown := tables.keys() - KINDS.keys():
        msg = f"{source}: {', '.join(sorted(unknown))} is not a kind of decision. Use [[screening]] or [[link]]."
        raise ConfigError(msg)
    entries: dict[str, list[Any]] = {kind: list(_entries(kind, tables, text, source)) for kind in KINDS}
    screening = {decision.nct_id: decision for decision in entries["screening"]}
    return Decisions(screening, tuple(entries["link"]))


def with_link(text: str, decision: LinkDecision, source: str) -> str:
    """The file's text with one more entry at its end; everything before stays byte by byte.

    Raises `ConfigError` where the link is decided already, or the text cannot be read.
    """
    for earlier in read(text, source).links:
        if earlier.key == decision.key:
            msg = (
                f"{earlier.key} is {earlier.decision}ed already, by {earlier.by} on {earlier.date} "
                f"({earlier.reason}). To change that, edit {source}."
            )
            raise ConfigError(msg)
    entry = tomlkit.dumps({"link": [decision.entry()]})
    longer = f"{text.rstrip() or HEADING.rstrip()}\n\n{entry}"
    read(longer, source)
    return longer


def whole_text(screening: Iterable[ScreeningDecision], links: Iterable[LinkDecision]) -> str:
    """The text of a file with just these decisions."""
    tables = {
        "screening": [decision.entry() for decision in screening],
        "link": [decision.entry() for decision in links],
    }
    return HEADING + "\n" + tomlkit.dumps({kind: entries for kind, entries in tables.items() if entries})


def screened(record: Record, by_rules: Screening, decision: ScreeningDecision | None) -> Screening:
    """The screening in force: a person's decision where there is one, else that of the rules.

    Included is `core`, excluded is `off`. The reason says who decided, when and why, and what the rules say.
    """
    if decision is None:
        return by_rules
    reason = (
        f"{decision.decision}d by {decision.by} on {decision.date}: {decision.reason} "
        f"(its words say {by_rules.relevance}: {by_rules.reason})"
    )
    if decision.decision == "include":
        return Screening(Relevance.CORE, reason, indication_group(record))
    return Screening(Relevance.OFF, reason, IndicationGroup.NONE)


def _entries(
    kind: str, tables: dict[str, Any], text: str, source: str
) -> Iterable[ScreeningDecision | LinkDecision]:
    entries = tables.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        msg = f"{source}: write every decision under its own [[{kind}]]."
        raise ConfigError(msg)
    places = _places(kind, text, len(entries))
    decided: dict[str, str] = {}
    for entry, place in zip(entries, places, strict=True):
        try:
            decision = KINDS[kind].model_validate(entry)
        except ValidationError as error:
            key, reason = refused_keys(error, "is not a key of a decision")[0]
            raise ConfigError(f"{source}, {place}: {key} {reason}.") from error
        if earlier := decided.get(decision.key):
            msg = f"{source}, {place}: {decision.key} is decided already in {earlier}. Keep one of the two."
            raise ConfigError(msg)
        decided[decision.key] = place
        yield decision


def _places(kind: str, text: str, count: int) -> list[str]:
    """The name of each entry in messages; with its line, where there are as many headings as entries."""
    headings = list(re.finditer(rf"^\s*\[\[\s*{kind}\s*\]\]", text, re.MULTILINE))
    lines = [text.count("\n", 0, heading.end()) + 1 for heading in headings]
    if len(lines) != count:
        return [f"{kind} entry {number}" for number in range(1, count + 1)]
    return [f"{kind} entry {number} (line {line})" for number, line in enumerate(lines, start=1)]
