"""A record made plain: what every rule and every table reads, in place of the JSON as it came.

`registry_fields.csv` is the registry's data structure (`/studies/metadata` of API 2.0.5): each field that holds a
value, with its kind; `[]` marks a list. A value of another kind, or in a place that the structure does not name, is
left out and noted; the stored record keeps it. Kind `any` marks fields that the structure lacks: ignored by name.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from mscwatch.model import Record
from mscwatch.record import as_json, part
from mscwatch.record.values import DEEPEST, NotUnderstoodError, Reader, reader_of

# Raise it when a reader gives another value than before: stored records are then made plain anew.
PLAIN_VERSION = 1
MOST_NOTES = 100  # of one record
LONGEST_NOTE = 300  # characters of a value
UNKNOWN_FIELD = "a field that the registry's published structure does not name"
HAS_RESULTS, RESULTS = "hasResults", "resultsSection"
REFERENCES = ("protocolSection", "referencesModule", "references")

Path = tuple[Any, ...]  # nested pairs: (((), "protocolSection"), "statusModule")


class Note(NamedTuple):
    """A value that was not understood: where it is, how it is written (JSON unless it is a text), and why."""

    path: str
    value: str
    reason: str


class PlainRecord(NamedTuple):
    """A record with the values that were understood, and a note of each that was not; `differs` from how it came."""

    record: Record
    notes: tuple[Note, ...]
    differs: bool


class _Notes:
    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.more = 0
        self.differs = False

    def add(self, path: Path, value: Any, reason: str) -> None:
        if len(self.notes) < MOST_NOTES:
            self.notes.append(Note(_dotted(path), _shown(value), reason))
        else:
            self.more += 1


class _Object(NamedTuple):
    fields: Mapping[str, Any]

    def read(self, value: Any, path: Path, notes: _Notes) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            _refuse(value, path, notes, "not an object with named fields")
            return None
        plain = {}
        for key, inner in value.items():
            field = self.fields.get(key)
            if field is None:
                notes.add((path, key), inner, UNKNOWN_FIELD)
                notes.differs = True
                continue
            # two in three values: texts that begin with a letter or the like are not blank, and stay as they are
            if field is _TEXT and type(inner) is str and "!" <= inner[:1] <= "~":
                plain[key] = inner
                continue
            found = field.read(inner, (path, key), notes)
            if found is not None:
                plain[key] = found
        return plain


class _List(NamedTuple):
    item: Any
    of_values: bool

    def read(self, value: Any, path: Path, notes: _Notes) -> list[Any] | None:
        if not isinstance(value, list):
            _refuse(value, path, notes, "not a list")
            return None
        found = (
            self.item.read(inner, path if self.of_values else (path, place), notes)
            for place, inner in enumerate(value)
        )
        return [item for item in found if item is not None]


class _Value(NamedTuple):
    reader: Reader

    def read(self, value: Any, path: Path, notes: _Notes) -> Any:
        try:
            found = self.reader(value)
        except NotUnderstoodError as error:
            notes.add(path, value, str(error))
            found = error.kept
        if found is None or type(found) is not type(value) or (found is not value and found != value):
            notes.differs = True
        return found


@cache
def _value(kind: str) -> _Value:
    return _Value(reader_of(kind))


_TEXT = _value("text")


def plain_record(record: Any) -> PlainRecord:
    """The record with what was understood of it. Any JSON value is taken; one that is no object gives an empty record.

    What is empty stays: a list without items is an empty list. References without a PMID and a citation are left out.
    """
    notes = _Notes()
    plain = _structure().read(record, (), notes) or {}
    _settle_results(plain, record, notes)
    _drop_empty_references(plain, notes)
    if notes.more:
        reason = "so many more values of this record were not understood"
        notes.notes.append(Note("", str(notes.more), reason))
    return PlainRecord(plain if notes.differs else record, tuple(notes.notes), notes.differs)


@cache
def plain_version() -> str:
    """What the plain form of a record depends on, as a short text: it moves with the readers and the structure."""
    return f"{PLAIN_VERSION} {hashlib.sha256(_fields().encode()).hexdigest()[:12]}"


def plain_value(path: str, value: Any) -> Any:
    """One value as a plain record would hold it at a dotted path; None where nothing of it is understood.

    Lists and objects without content count as nothing, too.
    """
    field: Any = _structure()
    for key in path.split("."):
        field = field.fields.get(key) if isinstance(field, _Object) else None
    found = field.read(value, (), _Notes()) if field else None
    return found if found not in ([], {}) else None


def shallow(value: Any, levels: int = DEEPEST) -> Any:
    """The value, with the JSON text in place of what is nested deeper than so many levels: safe to compare and show."""
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return as_json(value).decode()
    if isinstance(value, dict):
        return {key: shallow(inner, levels - 1) for key, inner in value.items()}
    return [shallow(inner, levels - 1) for inner in value]


def _settle_results(plain: Record, record: Any, notes: _Notes) -> None:
    """The one rule of what "has results" means: `hasResults` is true, or there is a results section.

    The registry writes both alike. Where they contradict each other, one of them shows results, and nobody is to be
    called silent on the word of the other. The contradiction is noted.
    """
    flag, shows = plain.get(HAS_RESULTS), bool(plain.get(RESULTS))
    if isinstance(flag, bool) and flag != shows and (shows or RESULTS not in record):
        what = "there is a results section" if shows else "there is no results section"
        notes.add(((), HAS_RESULTS), flag, f"{what}; it counts as having results")
    if shows and flag is not True:
        plain[HAS_RESULTS] = True
        notes.differs = True


def _drop_empty_references(plain: Record, notes: _Notes) -> None:
    references = part(plain, *REFERENCES)
    if references:
        kept = [reference for reference in references if reference.get("pmid") or reference.get("citation")]
        if len(kept) < len(references):
            plain["protocolSection"]["referencesModule"]["references"] = kept
            notes.differs = True


def _refuse(value: Any, path: Path, notes: _Notes, reason: str) -> None:
    notes.differs = True
    if value is not None:
        notes.add(path, value, reason)


def _fields() -> str:
    return files("mscwatch.record").joinpath("registry_fields.csv").read_text(encoding="utf-8")


@cache
def _structure() -> _Object:
    tree: dict[str, Any] = {}
    for row in csv.DictReader(_fields().splitlines()):
        *way, last = row["path"].split(".")
        above = tree
        for name in way:
            above = above.setdefault(name, {})
        above[last] = _value(row["kind"])
    return _object(tree)


def _object(tree: dict[str, Any]) -> _Object:
    fields: dict[str, Any] = {}
    for name, below in tree.items():
        field = _object(below) if isinstance(below, dict) else below
        fields[name.removesuffix("[]")] = _List(field, field is below) if name.endswith("[]") else field
    return _Object(fields)


def _dotted(path: Path) -> str:
    above, key = path or ((), "")
    if isinstance(key, int):
        return f"{_dotted(above)}[{key}]"
    return f"{_dotted(above)}.{key}" if above else str(key)


def _shown(value: Any) -> str:
    written = value if isinstance(value, str) else as_json(value).decode()
    return written if len(written) <= LONGEST_NOTE else f"{written[: LONGEST_NOTE - 1]}…"
