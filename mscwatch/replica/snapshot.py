"""The registry as it stands at one moment, as a test or the demo hands it to the replica."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from mscwatch.record import Record, part


@dataclass(frozen=True)
class Snapshot:
    """All records of one data set, by id.

    `data_timestamp` is the `dataTimestamp` of `/version` (`2022-10-06T09:00:05`; None leaves it out). `aliases` maps an
    old id to the id it was merged into; a record's own `nctIdAliases` count as well. `papers` are what the stand-in of
    the paper sources knows that night (see `replica.papers`).
    """

    data_timestamp: str | None
    records: Mapping[str, Record]
    aliases: Mapping[str, str] = field(default_factory=dict)
    papers: Sequence[Mapping[str, Any]] = ()


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

    Raises `ValueError`, naming the file and the line, for a line that is no study and for a damaged `.gz` file.
    """
    lines: dict[str, bytes] = {}
    for path in paths:
        for place, line, record in json_lines(path):
            nct_id = part(record, "protocolSection", "identificationModule", "nctId")
            if not isinstance(nct_id, str):
                raise ValueError(f"{place}: not a study of API v2 (it has no NCT number)")  # noqa: TRY004
            lines[nct_id] = line
    return Snapshot(data_timestamp, RecordLines(lines))


def json_lines(path: str | Path) -> Iterator[tuple[str, bytes, Any]]:
    """Each line that is not blank: its place in words, its text, its value. Raises `ValueError` and `OSError`."""
    opener = gzip.open if str(path).endswith(".gz") else open
    number = 0
    try:
        with opener(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{path}, line {number}", line, orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{path}, line {number}: not JSON ({error})") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path}, after line {number}: not a whole gzip file ({error})") from error
