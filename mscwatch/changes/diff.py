"""The paths on which two versions of a record differ, each with the rule that says whether it is material.

Objects are compared key by key. Lists are compared whole, because the registry promises no order: the same items in
another order are no material change, and a list that differs is one change at the list's own path. Items cannot be
matched by a key: intervention names and sites occur twice in one record.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson

from mscwatch.model import Record
from mscwatch.record import as_json
from mscwatch.record.plain import plain_value
from mscwatch.record.values import BLANK, INVISIBLE

DERIVED = "derivedSection"
VERSION_HOLDER = "derivedSection.miscInfoModule.versionHolder"
GEOCODE = "geoPoint"  # derived by the registry, although it is a key of the sites
DATE_PATHS = ("Date", ".date")
ABSENT: Any = object()
_GEO = frozenset({GEOCODE})

# The registry writes markdown: a backslash before a punctuation mark is an escape, not a character of the text.
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNSEEN = dict.fromkeys(map(ord, INVISIBLE))
_PARTIAL_DATE = re.compile(r"\d{4}(-\d\d){0,2}")


class Difference(NamedTuple):
    """One path with both values (see `as_text`).

    `rule` is `content` where the difference is material. Else it names what alone differs: the `order` of a list,
    `markup` (with case, white space and what nobody can see), the `writing` of the same value (`January 2019`,
    `2019-01`), the `precision` of a date, or a value `derived` by the registry.
    """

    path: str
    before: str | None
    after: str | None
    is_material: bool
    rule: str


def plain_text(text: str) -> str:
    """A text without markup escapes, runs of white space, invisible characters and case."""
    unescaped = html.unescape(_ESCAPE.sub(r"\1", text))
    return " ".join(unicodedata.normalize("NFC", unescaped.translate(_UNSEEN)).split()).casefold()


def differences(before: Record, after: Record, text: Callable[[str], str] = plain_text) -> list[Difference]:
    """Every path that differs, in the order of the record, without `versionHolder`.

    Texts whose forms by `text` are the same differ in markup only.
    """
    differing = []
    for path, old, new in _walk("", before, after):
        if path != VERSION_HOLDER:
            rule = _rule(path, old, new, text)
            differing.append(Difference(path, as_text(old), as_text(new), rule == "content", rule))
    return differing


def canonical(
    value: Any, text: Callable[[str], str] = plain_text, without: frozenset[str] = frozenset()
) -> Any:
    """The value in a form to compare: lists sorted, every text through `text`, keys in `without` left out."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        items = [canonical(item, text, without) for item in value]
        return sorted(items, key=lambda item: orjson.dumps(item, option=orjson.OPT_SORT_KEYS))
    if isinstance(value, dict):
        return {key: canonical(item, text, without) for key, item in value.items() if key not in without}
    return value


def only_precision(before: str, after: str) -> bool:
    """Whether two dates differ only in precision: `2024-05` and `2024-05-17`."""
    shorter, longer = sorted((before, after), key=len)
    return longer.startswith(f"{shorter}-") and _PARTIAL_DATE.fullmatch(longer) is not None


def as_text(value: Any) -> str | None:
    """A value as `changes` and `events` hold it: texts as they are, other values as JSON, None where it is absent."""
    if value is ABSENT:
        return None
    if isinstance(value, str):
        return value
    return as_json(value, sort_keys=True).decode()


def _rule(path: str, old: Any, new: Any, text: Callable[[str], str]) -> str:
    """The weakest rule under which both values say the same; `content` where there is none."""
    if path.startswith(DERIVED):
        return "derived"
    if (
        isinstance(old, str)
        and isinstance(new, str)
        and path.endswith(DATE_PATHS)
        and only_precision(old, new)
    ):
        return "precision"
    if canonical(old, str) == canonical(new, str):
        return "order"
    if canonical(old, text) == canonical(new, text):
        return "markup"
    if _means_the_same(path, old, new):
        return "writing"
    if isinstance(old, list) and canonical(old, text, _GEO) == canonical(new, text, _GEO):
        return "derived"
    return "content"


def _means_the_same(path: str, old: Any, new: Any) -> bool:
    """Whether both values are the same once they are made plain; nothing and an empty value are, too."""
    values = [None if value is ABSENT else value for value in (old, new)]
    plain = [plain_value(path, value) for value in values]
    empty = [
        value in (None, [], {}) or (isinstance(value, str) and not value.strip(BLANK)) for value in values
    ]
    if None in plain:  # what is not understood is the same as nothing else
        return all(empty)
    return bool(canonical(plain[0]) == canonical(plain[1]))


def _walk(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            below = f"{path}.{key}" if path else key
            yield from _walk(below, before.get(key, ABSENT), after.get(key, ABSENT))
    elif before != after:
        yield path, before, after
