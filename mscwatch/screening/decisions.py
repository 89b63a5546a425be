"""Decisions of people: which trials belong, which papers report a trial, what a reading or a row should be.

They are in one TOML file that people read, edit and keep under version control; `flows/README.md` shows an entry. The
heading of an entry, such as `[[link]]`, is its kind (`KINDS`); its keys are the fields of that kind. Each says who
decided, when and why, and wins over every rule.

Pure: text comes in, decisions or text go out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import tomlkit
from pydantic import ValidationError

from mscwatch.errors import ConfigError, refused_keys
from mscwatch.screening.entries import Entry, LinkDecision, ReadingDecision, RowDecision, ScreeningDecision

E = TypeVar("E", bound=Entry)

HEADING = "# What people decided. Every entry has a reason, a date and a name; commands add to the end.\n"

KINDS: dict[str, type[Entry]] = {
    "screening": ScreeningDecision,
    "link": LinkDecision,
    "reading": ReadingDecision,
    "row": RowDecision,
}


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions of a file, in its order; at most one for each trial, link, field of a trial, row and cell."""

    screening: Mapping[str, ScreeningDecision] = field(default_factory=dict)
    links: tuple[LinkDecision, ...] = ()
    readings: Mapping[str, tuple[ReadingDecision, ...]] = field(default_factory=dict)
    rows: tuple[RowDecision, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Decisions:
        """The decisions, sorted by kind."""
        given = tuple(entries)
        readings: dict[str, tuple[ReadingDecision, ...]] = {}
        for entry in _of(ReadingDecision, given):
            readings[entry.nct_id] = (*readings.get(entry.nct_id, ()), entry)
        screening = {entry.nct_id: entry for entry in _of(ScreeningDecision, given)}
        return cls(screening, _of(LinkDecision, given), readings, _of(RowDecision, given))

    def corrections(self, nct_id: str) -> tuple[ReadingDecision, ...]:
        """What people set in the therapy of a trial; without fields that no therapy has."""
        return tuple(decision for decision in self.readings.get(nct_id, ()) if decision.is_of_a_field)

    def entries(self) -> Iterator[Entry]:
        """Every decision, kind by kind."""
        yield from self.screening.values()
        yield from self.links
        for of_trial in self.readings.values():
            yield from of_trial
        yield from self.rows


def read(text: str, source: str) -> Decisions:
    """The decisions of a file's text; `source` is the file's name for messages.

    Raises `ConfigError`, naming the entry and its line, where the text is not TOML, a key is unknown, a reason is
    missing, or something is decided twice.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{source} is not valid TOML: {error}. Correct it; the decisions in force stay as they were."
        ) from error
    if unknown := tables.keys() - KINDS.keys():
        kinds = ", ".join(f"[[{kind}]]" for kind in KINDS)
        raise ConfigError(
            f"{source}: {', '.join(sorted(unknown))} is not a kind of decision. Use one of {kinds}."
        )
    return Decisions.of(entry for kind in KINDS for entry in _entries(kind, tables, text, source))


def with_entry(text: str, decision: Entry, source: str) -> str:
    """The file's text with one more entry at its end; everything before stays byte by byte.

    Raises `ConfigError` where the same thing is decided already, or the text cannot be read.
    """
    for earlier in read(text, source).entries():
        if type(earlier) is type(decision) and earlier.key == decision.key:
            raise ConfigError(
                f"{earlier.key} is {earlier.outcome} already, by {earlier.by} on {earlier.date} "
                f"({earlier.reason}). To change that, edit {source}."
            )
    entry = tomlkit.dumps({_kind(decision): [decision.entry()]})
    longer = f"{text.rstrip() or HEADING.rstrip()}\n\n{entry}"
    read(longer, source)
    return longer


def whole_text(decisions: Decisions) -> str:
    """The text of a file with just these decisions."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for decision in decisions.entries():
        tables.setdefault(_kind(decision), []).append(decision.entry())
    return HEADING + "\n" + tomlkit.dumps(tables)


def _of(kind: type[E], entries: Iterable[Entry]) -> tuple[E, ...]:
    return tuple(entry for entry in entries if isinstance(entry, kind))


def _kind(decision: Entry) -> str:
    return next(kind for kind, of_kind in KINDS.items() if isinstance(decision, of_kind))


def _entries(kind: str, tables: dict[str, Any], text: str, source: str) -> Iterator[Entry]:
    entries = tables.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{source}: write every decision under its own [[{kind}]].")
    places = _places(kind, text, len(entries))
    decided: dict[str, str] = {}
    for entry, place in zip(entries, places, strict=True):
        try:
            decision = KINDS[kind].model_validate(entry)
        except ValidationError as error:
            key, reason = refused_keys(error, "is not a key of a decision")[0]
            raise ConfigError(f"{source}, {place}: {f'{key} {reason}'.strip().rstrip('.')}.") from error
        if earlier := decided.get(decision.key):
            raise ConfigError(
                f"{source}, {place}: {decision.key} is decided already in {earlier}. Keep one of the two."
            )
        decided[decision.key] = place
        yield decision


def _places(kind: str, text: str, count: int) -> list[str]:
    """The name of each entry in messages; with its line, where there are as many headings as entries."""
    headings = list(re.finditer(rf"^\s*\[\[\s*{kind}\s*\]\]", text, re.MULTILINE))
    lines = [text.count("\n", 0, heading.end()) + 1 for heading in headings]
    if len(lines) != count:
        return [f"{kind} entry {number}" for number in range(1, count + 1)]
    return [f"{kind} entry {number} (line {line})" for number, line in enumerate(lines, start=1)]
