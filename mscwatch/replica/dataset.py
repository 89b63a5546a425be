"""One night prepared for serving: order, serialised studies, and texts to search, each made once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from hashlib import blake2b
from typing import Any

import orjson

from mscwatch.model import Record
from mscwatch.replica.query import tokens
from mscwatch.replica.snapshot import Snapshot
from mscwatch.replica.vocabulary import AREAS, PIECES

_NCT_ID = re.compile(r"NCT0*([1-9]\d{0,7})", re.IGNORECASE)
_PATHS = {piece: path.split(".") for piece, path in PIECES.items()}
FIELD_END = "\n"
VALUE_END = " / "  # no token, so no phrase reaches from one value into the next


class Dataset:
    """A night that can be asked. `key` identifies its data set, in page tokens and in the ETag."""

    def __init__(self, night: Snapshot, number: int) -> None:
        self.night = night
        self.key = night.data_timestamp or f"night {number}"
        self._bodies: dict[str, bytes] = {}
        self._texts: dict[str, dict[str, str]] = {}
        self._hits: dict[object, list[str]] = {}

    @cached_property
    def order(self) -> list[str]:
        """All ids in an order that is fixed for the data set, means nothing, and is never that of the ids."""
        return sorted(
            self.night.records, key=lambda nct_id: blake2b(f"{self.key} {nct_id}".encode()).digest()
        )

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Every old id with the id its trial has now."""
        found = dict(self.night.aliases)
        for nct_id in self.night.records:
            for old in self.values(nct_id, "NCTIdAlias"):
                found[str(old)] = nct_id
        return found

    def current_id(self, nct_id: str) -> str | None:
        """The id under which a trial stands now, or None when nobody knows it."""
        if nct_id in self.night.records:
            return nct_id
        return self.aliases.get(nct_id)

    def record(self, nct_id: str) -> Record:
        """The study as served: `versionHolder` is the day of the data set, in every study, every night."""
        record = self.night.records[nct_id]
        if self.night.data_timestamp is None:
            return record
        derived = record.get("derivedSection", {})
        misc = derived.get("miscInfoModule", {}) | {"versionHolder": self.night.data_timestamp[:10]}
        return record | {"derivedSection": derived | {"miscInfoModule": misc}}

    def body(self, nct_id: str) -> bytes:
        """The study as JSON; kept, because a page is nothing but these joined."""
        if nct_id not in self._bodies:
            self._bodies[nct_id] = orjson.dumps(self.record(nct_id))
        return self._bodies[nct_id]

    def values(self, nct_id: str, piece: str) -> list[Any]:
        """All values that the record has at a piece, whatever lists lie on the way."""
        return list(_values(self.record(nct_id), _PATHS[piece]))

    def text(self, nct_id: str, area: str) -> str:
        """The tokens of an area, spaces around each, values and fields kept apart."""
        texts = self._texts.setdefault(area, {})
        if nct_id not in texts:
            record = self.record(nct_id)  # once: it may have to be parsed
            fields = (_values(record, _PATHS[piece]) for piece in AREAS.get(area, (area,)))
            texts[nct_id] = FIELD_END.join(f" {VALUE_END.join(map(_spaced, field))} " for field in fields)
        return texts[nct_id]

    def hits(self, key: object, find: Callable[[], Iterable[str]]) -> list[str]:
        """The result of `find` under `key`, found once."""
        if key not in self._hits:
            self._hits[key] = list(find())
        return self._hits[key]


def canonical_id(text: str) -> str | None:
    """`nct0123` as the registry writes it, `NCT00000123`; None when it is no NCT number."""
    found = _NCT_ID.fullmatch(text.strip())
    return f"NCT{found[1]:0>8}" if found else None


def _spaced(value: object) -> str:
    return " ".join(tokens(str(value)))


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _values(value[path[0]], path[1:])
