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
        index = [row for text in page if (row := self._seen(text))]
        lines = [line for *_, line in index if line]
        if lines:
            path = self.page(self.pages)
            partial = path.with_suffix(".part")
            partial.write_bytes(zstandard.ZstdCompressor(level=3).compress(b"\n".join(lines) + b"\n"))
            partial.replace(path)
        with self.index.open("a", newline="") as file:
            csv.writer(file).writerows(row[:-1] for row in index)

    def read(self, page: int) -> list[Landed]:
        """What was landed of a page, in its order."""
        with self.page(page).open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
            return msgspec.json.Decoder(Landed).decode_lines(plain.read())

    def _seen(self, text: bytes) -> tuple[str, str, str, int | str, str, bytes] | None:
        """A record's row of the index, and its line (empty where it is as it was); None for one to pass over."""
        fingerprint = records.fingerprint(text)
        nct_id = self.known.get(fingerprint)
        is_known = nct_id is not None
        record = {} if is_known else records.read(text)
        nct_id = nct_id or records.nct_id(record)
        if nct_id is None:
            self.nameless += 1
            return None
        if nct_id in self.ids:
            self.duplicates += 1
            return None
        self.ids.add(nct_id)
        if is_known:
            return nct_id, "", "", "", "", b""
        kept = records.without_contacts(record)
        content, derived = records.content_hash(kept), records.derived_hash(kept)
        line = {"nct_id": nct_id, "content_hash": content, "derived_hash": derived, "record": kept}
        return nct_id, content, derived, self.pages, fingerprint, orjson.dumps(line)
