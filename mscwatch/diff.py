"""Two versions of a record become the paths that differ, each material or not.

Objects are compared key by key. Lists are compared whole: the registry promises no order, so two lists with the
same items in another order are the same matter; a list that differs is one change at the list's own path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from mscwatch.model import Record

DERIVED = "derivedSection"
VERSION_HOLDER = "derivedSection.miscInfoModule.versionHolder"

# The registry writes markdown: a backslash before a punctuation mark is an escape, not a character of the text.
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>~^|&])")


ABSENT: Any = object()


class Difference(NamedTuple):
    """One path with its values as JSON text (texts as they are); None where the path is absent."""

    path: str
    before: str | None
    after: str | None
    is_material: bool


def differences(before: Record, after: Record) -> list[Difference]:
    """Every path that differs, in the order of the record. `versionHolder` is not looked at.

    Not material: anything under `derivedSection`, order of lists, case, white space and markup escapes.
    """
    found = []
    for path, old, new in _walk("", before, after):
        if path != VERSION_HOLDER:
            material = not path.startswith(DERIVED) and canonical(old) != canonical(new)
            found.append(Difference(path, as_text(old), as_text(new), material))
    return found


def canonical(value: Any) -> Any:
    """The value in a form in which equal means "says the same"."""
    if isinstance(value, str):
        return " ".join(_ESCAPE.sub(r"\1", value).split()).casefold()
    if isinstance(value, list):
        items = [canonical(item) for item in value]
        return sorted(items, key=lambda item: orjson.dumps(item, option=orjson.OPT_SORT_KEYS))
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    return value


def as_text(value: Any) -> str | None:
    """A value as the warehouse shows it: texts as they are, everything else as JSON, an absent one as None."""
    if value is ABSENT:
        return None
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _walk(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            below = f"{path}.{key}" if path else key
            yield from _walk(below, before.get(key, ABSENT), after.get(key, ABSENT))
    elif before != after:
        yield path, before, after
