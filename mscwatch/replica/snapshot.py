"""The registry as it stands at one moment, as a test or the demo hands it to the replica."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from mscwatch.record import Record


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
        opener = gzip.open if str(path).endswith(".gz") else open
        number = 0
        try:
            with opener(path, "rb") as file:
                for line in file:
                    number += 1
                    if line.strip():
                        lines[nct_id_of(orjson.loads(line))] = line
        except orjson.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number}: not JSON ({error})") from error
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"{path}, line {number}: not a study of API v2 (it has no NCT number)"
            ) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{path}, after line {number}: not a whole gzip file ({error})") from error
    return Snapshot(data_timestamp, RecordLines(lines))


def nct_id_of(record: Record) -> str:
    """The record's NCT number. Raises `KeyError` or `TypeError` where it has none."""
    nct_id = record["protocolSection"]["identificationModule"]["nctId"]
    if not isinstance(nct_id, str):
        raise TypeError("an NCT number is a text")
    return nct_id
