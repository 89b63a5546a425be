"""The JSON lines channel: a file for other programs, with one object per event or notice, each appended once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from mscwatch.digest import study_url
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest

BEGINNING = b'{"event_id": "'  # how every line begins


class JsonLines:
    """One file that only grows, so that programs can follow it."""

    name = "jsonl"
    named = sys.maxsize
    attaches = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.setting = str(path)
        self.addresses: tuple[Address, ...] = (Address(self.name, self.setting),)

    def send(self, digest: Digest, recipient: str) -> None:
        """Append the lines that the file does not have yet. A last line that a crash cut short is removed first.

        Raises `ChannelError` when the file cannot be written or holds lines that are not mscwatch's.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab+") as file:
                known, end = _read(file)
                fresh = [line for line in lines(digest) if line["event_id"] not in known]
                file.truncate(end)
                file.write(b"".join(map(_line, fresh)))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ChannelError(
                f"The file {recipient} cannot be written ({error.strerror or error})."
            ) from error
        except ValueError as error:
            raise ChannelError(
                f"{recipient} holds lines that mscwatch did not write. Set another MSCWATCH_JSONL_FILE.",
                about="channel",
            ) from error


def lines(digest: Digest) -> Iterator[dict[str, Any]]:
    """One object per notice and per event. An event's object has its own fields, its trial's, and why it matters."""
    watch = {"watch": digest.title} | ({"banner": digest.banner} if digest.banner else {})
    for notice in digest.notices:
        yield {"event_id": notice.notice_id, "kind": notice.kind, "summary": notice.summary} | watch
    for item in digest.items:
        fields = asdict(item)
        if not item.problem:
            del fields["problem"]
        yield fields.pop("event") | {"url": study_url(item.event.nct_id)} | fields | watch


def _line(fields: dict[str, Any]) -> bytes:
    """One line in ASCII, so that no character of a title can act on a terminal."""
    return json.dumps(fields, default=_iso).encode("ascii") + b"\n"


def _iso(value: Any) -> str:
    match value:
        case datetime():
            return value.isoformat() + "Z"
        case date():
            return value.isoformat()
        case _:
            raise TypeError(value)


def _read(file: BinaryIO) -> tuple[set[str], int]:
    """The ids in a file, and the byte where its last whole line ends. Raises `ValueError` for foreign lines."""
    known, end = set(), 0
    file.seek(0)
    for line in file:
        if not line.startswith(BEGINNING[: len(line)]):
            raise ValueError(f"the line at byte {end} does not begin as mscwatch's lines do")
        if line.endswith(b"\n"):
            known.add(json.loads(line)["event_id"])
            end += len(line)
    return known, end
