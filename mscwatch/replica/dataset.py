"""One snapshot prepared for serving: its order, its studies as JSON and its texts to search, each made once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from hashlib import blake2b
from typing import Any

import orjson

from mscwatch.record import Record
from mscwatch.replica.query import tokens
from mscwatch.replica.snapshot import Snapshot
from mscwatch.replica.vocabulary import AREAS, PIECES

_PATHS = {piece: path.split(".") for piece, path in PIECES.items()}
FIELD_END = "\n"
VALUE_END = " / "  # not a token, so a phrase cannot span two values


class Dataset:
    """A snapshot that can be searched. `key` identifies it in page tokens and in the ETag."""

    def __init__(self, snapshot: Snapshot, number: int) -> None:
        self.snapshot = snapshot
        self.key = snapshot.data_timestamp or f"night {number}"
        self._bodies: dict[str, bytes] = {}
        self._texts: dict[str, dict[str, str]] = {}
        self.hits: dict[object, list[str]] = {}  # of the searches that were made, by their parameters

    @cached_property
    def order(self) -> list[str]:
        """All ids in an order that is fixed for the data set, has no meaning, and is never that of the ids."""
        return sorted(
            self.snapshot.records, key=lambda nct_id: blake2b(f"{self.key} {nct_id}".encode()).digest()
        )

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Every old id, with the id that its trial has now."""
        current = dict(self.snapshot.aliases)
        for nct_id in self.snapshot.records:
            for old in self.values(nct_id, "NCTIdAlias"):
                current[str(old)] = nct_id
        return current

    def current_id(self, nct_id: str) -> str | None:
        """The id that a trial has now, or None when the id is unknown."""
        if nct_id in self.snapshot.records:
            return nct_id
        return self.aliases.get(nct_id)

    def record(self, nct_id: str) -> Record:
        """The study as served: as at the registry, `versionHolder` is the day of the data set in every study.

        Raises `KeyError` when the data set does not hold the id.
        """
        record = self.snapshot.records[nct_id]
        if self.snapshot.data_timestamp is None:
            return record
        derived = record.get("derivedSection", {})
        misc = derived.get("miscInfoModule", {}) if isinstance(derived, dict) else None
        if not isinstance(misc, dict):
            return record  # an odd record is served as it is
        misc = misc | {"versionHolder": self.snapshot.data_timestamp[:10]}
        return record | {"derivedSection": derived | {"miscInfoModule": misc}}

    def body(self, nct_id: str) -> bytes:
        """The study as JSON; cached, because a page is made of these."""
        if nct_id not in self._bodies:
            self._bodies[nct_id] = orjson.dumps(self.record(nct_id))
        return self._bodies[nct_id]

    def values(self, nct_id: str, piece: str) -> list[Any]:
        """All values that the record has at a piece, through every list on the way."""
        return list(_values(self.record(nct_id), _PATHS[piece]))

    def text(self, nct_id: str, area: str) -> str:
        """The tokens of an area, with spaces around each and separators between values and between fields."""
        texts = self._texts.setdefault(area, {})
        if nct_id not in texts:
            record = self.record(nct_id)  # only once, because it may have to be parsed
            fields = (_values(record, _PATHS[piece]) for piece in AREAS.get(area, (area,)))
            texts[nct_id] = FIELD_END.join(f" {VALUE_END.join(map(_as_tokens, field))} " for field in fields)
        return texts[nct_id]


def _as_tokens(value: object) -> str:
    return " ".join(tokens(str(value)))


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _values(value[path[0]], path[1:])
