"""Two versions of a record become the paths that differ, each with the rule that decided what it is worth.

Objects are compared key by key. Lists are compared whole: the registry promises no order, so two lists with the
same items in another order are the same matter; a list that differs is one change at the list's own path. (No key
would do: intervention names and sites occur twice in one record.)
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson

from mscwatch.model import Record

DERIVED = "derivedSection"
VERSION_HOLDER = "derivedSection.miscInfoModule.versionHolder"
GEOCODE = "geoPoint"  # the registry's own, although it stands among the sites
DATE_PATHS = ("Date", ".date")

# The registry writes markdown: a backslash before a punctuation mark is an escape, not a character of the text.
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_PARTIAL_DATE = re.compile(r"\d{4}(-\d\d){0,2}")


ABSENT: Any = object()


class Difference(NamedTuple):
    """One path with its values as JSON text (texts as they are); None where the path is absent.

    `rule` is why the two values differ: `content`, which is material, or why they say the same: `order` of a list,
    `markup` (also case and white space), `precision` of a date, `derived` by the registry.
    """

    path: str
    before: str | None
    after: str | None
    is_material: bool
    rule: str


def differences(before: Record, after: Record) -> list[Difference]:
    """Every path that differs, in the order of the record. `versionHolder` is not looked at."""
    found = []
    for path, old, new in _walk("", before, after):
        if path != VERSION_HOLDER:
            rule = _rule(path, old, new)
            found.append(Difference(path, as_text(old), as_text(new), rule == "content", rule))
    return found


def canonical(
    value: Any, text: Callable[[str], str] | None = None, without: frozenset[str] = frozenset()
) -> Any:
    """The value in a form in which equal means "says the same": lists in one order, texts as `text` makes them.

    Without `text`, texts are compared plainly (see `plain_text`). Keys in `without` are left out.
    """
    if isinstance(value, str):
        return (text or plain_text)(value)
    if isinstance(value, list):
        items = [canonical(item, text, without) for item in value]
        return sorted(items, key=lambda item: orjson.dumps(item, option=orjson.OPT_SORT_KEYS))
    if isinstance(value, dict):
        return {key: canonical(item, text, without) for key, item in value.items() if key not in without}
    return value


def plain_text(text: str) -> str:
    """A text without markup escapes, runs of white space and case."""
    unescaped = html.unescape(_ESCAPE.sub(r"\1", text))
    return " ".join(unicodedata.normalize("NFC", unescaped).split()).casefold()


def only_precision(before: str, after: str) -> bool:
    """Whether two dates differ only in how precise they are: `2024-05` and `2024-05-17`."""
    shorter, longer = sorted((before, after), key=len)
    return longer.startswith(f"{shorter}-") and _PARTIAL_DATE.fullmatch(longer) is not None


def as_text(value: Any) -> str | None:
    """A value as the warehouse shows it: texts as they are, everything else as JSON, an absent one as None."""
    if value is ABSENT:
        return None
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _rule(path: str, old: Any, new: Any) -> str:
    """The weakest rule under which the two say the same; `content` when none does."""
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
    if canonical(old) == canonical(new):
        return "markup"
    if isinstance(old, list) and canonical(old, without=_GEO) == canonical(new, without=_GEO):
        return "derived"
    return "content"


_GEO = frozenset({GEOCODE})


def _walk(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            below = f"{path}.{key}" if path else key
            yield from _walk(below, before.get(key, ABSENT), after.get(key, ABSENT))
    elif before != after:
        yield path, before, after
