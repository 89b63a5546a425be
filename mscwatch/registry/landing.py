"""The files of a walk: one compressed NDJSON file per page, and an index of every record that came.

A line is `{"nct_id", "content_hash", "derived_hash", "is_understood", "record", "plain"}`: `is_understood` says that no
value was noted as not understood, and `plain` is the record made plain where that differs from how it came, else null.
The index has the first three, the page and the record's fingerprint. Of a record whose fingerprint is stored already,
which is not parsed, and of one that cannot be read, which is set aside, it has the NCT number only. Contact data never
reaches the disk.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import zstandard

from mscwatch.model import Record
from mscwatch.record import (
    as_json,
    content_hash,
    derived_hash,
    fingerprint,
    number_in_text,
    parse_record,
    record_nct_id,
    without_contacts,
)
from mscwatch.record.plain import plain_record

LARGEST_LINE = 15_000_000  # bytes; DuckDB reads JSON objects of up to 16 MB
INDEX_COLUMNS = ("nct_id", "content_hash", "derived_hash", "page", "fingerprint")


class Landed(msgspec.Struct):
    """One line of a page."""

    nct_id: str
    content_hash: str
    derived_hash: str
    is_understood: bool
    record: msgspec.Raw
    plain: Record | None = None


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
        self.set_aside: dict[str, str] = {}
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

        A text that cannot be read goes into `set_aside`: its NCT number, with the reason. Without one it is nameless.
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
            try:
                line, hashes = _line(text)
            except ValueError as error:
                nct_id = number_in_text(text)
                if self._is_first(nct_id) and nct_id:
                    rows.append((nct_id, "", "", "", ""))
                    self.set_aside[nct_id] = str(error)
                continue
            if self._is_first(hashes[0]):
                rows.append((*hashes, self.pages, mark))
                lines.append(line)
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


def _line(text: bytes) -> tuple[bytes, tuple[str, str, str]]:
    """A record's line of its page, and its NCT number with both hashes. Raises `ValueError` with the reason."""
    record = parse_record(text)
    nct_id = record_nct_id(record)
    if nct_id is None:
        raise ValueError("no NCT number where the registry's structure has it")
    record = without_contacts(record)
    content, derived = content_hash(record), derived_hash(record)
    plain = plain_record(record)
    line = as_json(
        {
            "nct_id": nct_id,
            "content_hash": content,
            "derived_hash": derived,
            "is_understood": not plain.notes,
            "record": record,
            "plain": plain.record if plain.differs else None,
        }
    )
    if len(line) > LARGEST_LINE:
        raise ValueError(f"larger than {LARGEST_LINE / 1e6:.0f} MB")
    return line, (nct_id, content, derived)
