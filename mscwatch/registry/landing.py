"""Where a walk lands: one compressed NDJSON file per page, and an index of what is in them.

A line is `{"nct_id", "content_hash", "derived_hash", "record"}`; the index has the first three and the page.
Contact data never reaches the disk.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

import orjson
import zstandard

from mscwatch import record as records
from mscwatch.model import Record

INDEX_COLUMNS = ("nct_id", "content_hash", "derived_hash", "page")


class Landing:
    """A folder that takes the pages of one walk. A repeated NCT number is landed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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

    def land(self, page: Iterable[Record]) -> None:
        """Write one page whole; it exists under its name only when it is complete."""
        self.pages += 1
        rows, lines = [], []
        for record in page:
            nct_id = records.nct_id(record)
            if nct_id is None:
                self.nameless += 1
                continue
            if nct_id in self.ids:
                self.duplicates += 1
                continue
            self.ids.add(nct_id)
            kept = records.without_contacts(record)
            content, derived = records.content_hash(kept), records.derived_hash(kept)
            rows.append((nct_id, content, derived, self.pages))
            lines.append(
                orjson.dumps(
                    {"nct_id": nct_id, "content_hash": content, "derived_hash": derived, "record": kept}
                )
            )
        path = self.page(self.pages)
        partial = path.with_suffix(".part")
        partial.write_bytes(zstandard.ZstdCompressor(level=3).compress(b"\n".join(lines) + b"\n"))
        partial.replace(path)
        with self.index.open("a", newline="") as index:
            csv.writer(index).writerows(rows)
