"""The registry as it stands at one moment, as a test or the demo hands it to the replica."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from mscwatch.model import Record


@dataclass(frozen=True)
class Snapshot:
    """All records of one data set, by id.

    `data_timestamp` is the `dataTimestamp` of `/version` (`2022-10-06T09:00:05`; None leaves it out). `aliases` maps an
    old id to the id it was merged into; a record's own `nctIdAliases` count as well.
    """

    data_timestamp: str | None
    records: Mapping[str, Record]
    aliases: Mapping[str, str] = field(default_factory=dict)


class RecordLines(Mapping[str, Record]):
    """Records stored as lines of JSON and parsed on access, which takes a tenth of the memory."""

    def __init__(self, lines: Mapping[str, bytes]) -> None:
        self._lines = lines

    def __getitem__(self, nct_id: str) -> Record:
        record: Record = orjson.loads(self._lines[nct_id])
        return record

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def snapshot_from_ndjson(*paths: str | Path, data_timestamp: str | None = None) -> Snapshot:
    """A snapshot of the records in `.ndjson` or `.ndjson.gz` files, one study per line; a later line wins.

    Raises `KeyError` for a line without an NCT number, and `ValueError` for one that is not JSON.
    """
    lines: dict[str, bytes] = {}
    for path in paths:
        opener = gzip.open if str(path).endswith(".gz") else open
        with opener(path, "rb") as file:
            for line in file:
                if line.strip():
                    lines[nct_id_of(orjson.loads(line))] = line
    return Snapshot(data_timestamp, RecordLines(lines))


def nct_id_of(record: Record) -> str:
    nct_id: str = record["protocolSection"]["identificationModule"]["nctId"]
    return nct_id
