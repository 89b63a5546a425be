"""The files of a walk: one compressed NDJSON file per page, and an index of every record that came.

A line is `{"nct_id", "content_hash", "derived_hash", "record"}`. The index has the first three, the page and the
record's fingerprint. A record whose fingerprint is stored already is not parsed, and the index has its NCT number only.
Contact data never reaches the disk.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import orjson
import zstandard

from mscwatch.record import content_hash, derived_hash, fingerprint, record_nct_id, without_contacts
from mscwatch.registry.responses import read_record

INDEX_COLUMNS = ("nct_id", "content_hash", "derived_hash", "page", "fingerprint")


class Landed(msgspec.Struct):
    """One line of a page."""

    nct_id: str
    content_hash: str
    derived_hash: str
    record: msgspec.Raw


class Landing:
    """A folder that takes the pages of one walk. A repeated NCT number is landed once.

    `known` are the fingerprints of stored records, each with its NCT number. An existing folder is emptied.
    """

    def __init__(self, folder: Path, known: Mapping[str, str]) -> None:
        self.folder = folder
        self.known = known
        self.ids: set[str] = set()
        self.pages = 0
        self.duplicates = 0
        self.nameless = 0
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with self.index.open("w", newline="") as index:
            csv.writer(index).writerow(INDEX_COLUMNS)

    @property
    def index(self) -> Path:
        return self.folder / "index.csv"

    def page(self, number: int) -> Path:
        """The file of a page, numbered from 1. It exists only where the page held something new."""
        return self.folder / f"page-{number:05}.ndjson.zst"

    def land(self, page: Iterable[bytes]) -> None:
        """Write what is new among one page's JSON texts. The file appears under its name only when it is complete.

        Raises `NoAnswerError` for a text that is not JSON.
        """
        self.pages += 1
        rows: list[tuple[str | int | None, ...]] = []
        lines = []
        for text in page:
            mark = fingerprint(text)
            nct_id = self.known.get(mark)
            if nct_id is not None:
                if self._is_first(nct_id):
                    rows.append((nct_id, "", "", "", ""))
                continue
            record = without_contacts(read_record(text))
            nct_id = record_nct_id(record)
            if self._is_first(nct_id):
                content, derived = content_hash(record), derived_hash(record)
                rows.append((nct_id, content, derived, self.pages, mark))
                line = {"nct_id": nct_id, "content_hash": content, "derived_hash": derived, "record": record}
                lines.append(orjson.dumps(line))
        if lines:
            path = self.page(self.pages)
            partial = path.with_suffix(".part")
            partial.write_bytes(zstandard.ZstdCompressor(level=3).compress(b"\n".join(lines) + b"\n"))
            partial.replace(path)
        with self.index.open("a", newline="") as file:
            csv.writer(file).writerows(rows)

    def read(self, page: int) -> list[Landed]:
        """The lines of a page, in its order."""
        with self.page(page).open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
            return msgspec.json.Decoder(Landed).decode_lines(plain.read())

    def _is_first(self, nct_id: str | None) -> bool:
        """Whether a record is to be landed. Counts those without an NCT number and those that came before."""
        if nct_id is None:
            self.nameless += 1
        elif nct_id in self.ids:
            self.duplicates += 1
        else:
            self.ids.add(nct_id)
            return True
        return False
