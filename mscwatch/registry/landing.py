"""Where a walk lands: one compressed NDJSON file per page, and an index of all that was seen.

A line is `{"nct_id", "content_hash", "derived_hash", "record"}`; the index has the first three, the page and the
record's fingerprint. Of a record whose fingerprint is known the index has the NCT number only: it is as it was, and is
not read. Contact data never reaches the disk.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import orjson
import zstandard

from mscwatch import record as records

INDEX_COLUMNS = ("nct_id", "content_hash", "derived_hash", "page", "fingerprint")


class Landed(msgspec.Struct):
    """One line of a page."""

    nct_id: str
    content_hash: str
    derived_hash: str
    record: msgspec.Raw


class Landing:
    """A folder that takes the pages of one walk. A repeated NCT number is landed once.

    `known` are the fingerprints of records that are stored, each with its NCT number.
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
        return self.folder / f"page-{number:05}.ndjson.zst"

    def land(self, page: Iterable[bytes]) -> None:
        """Write what is new of one page's JSON texts; the file exists under its name only when it is complete.

        Raises `NoAnswerError` for a text that cannot be read.
        """
        self.pages += 1
        rows: list[tuple[str | int | None, ...]] = []
        lines = []
        for text in page:
            fingerprint = records.fingerprint(text)
            nct_id = self.known.get(fingerprint)
            if nct_id is not None:
                if self._is_first(nct_id):
                    rows.append((nct_id, "", "", "", ""))
                continue
            record = records.without_contacts(records.parse_record(text))
            nct_id = records.record_nct_id(record)
            if self._is_first(nct_id):
                content, derived = records.content_hash(record), records.derived_hash(record)
                rows.append((nct_id, content, derived, self.pages, fingerprint))
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
        """What was landed of a page, in its order."""
        with self.page(page).open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
            return msgspec.json.Decoder(Landed).decode_lines(plain.read())

    def _is_first(self, nct_id: str | None) -> bool:
        """Whether a record is to be landed; a nameless one and a repeated one are counted."""
        if nct_id is None:
            self.nameless += 1
        elif nct_id in self.ids:
            self.duplicates += 1
        else:
            self.ids.add(nct_id)
            return True
        return False
