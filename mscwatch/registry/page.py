"""Answers with records taken apart so that a record which is no JSON costs nothing but itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from mscwatch.model import Record
from mscwatch.record import number_in_text, parse_record

# What gives JSON its structure: whole strings (so that brackets in them do not count) and brackets.
_STRUCTURE = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
LIST_DEPTH = 2  # brackets around a record: of the answer and of its list


class _Envelope(msgspec.Struct):
    """The members of an answer to `/studies`. The records stay unparsed: most of them are stored already."""

    studies: msgspec.Raw = msgspec.Raw()
    nextPageToken: Any = None  # noqa: N815  the registry's name
    totalCount: Any = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class StudiesPage:
    """The JSON texts of the records (None where the answer has no list of studies), and the other two members."""

    studies: list[bytes] | None
    next_page_token: Any
    total_count: Any

    @classmethod
    def from_body(cls, body: bytes) -> StudiesPage:
        """Take an answer's body apart. Raises `ValueError` when it is no whole JSON object.

        A record that no parser takes (bad UTF-8, NaN, too deep) does not count against the page: it is cut out by its
        brackets. `msgspec.ValidationError`, a `ValueError` too, says that the object has another shape.
        """
        try:
            body.decode()  # msgspec does not check the encoding of `Raw` fields
            envelope = msgspec.json.decode(body, type=_Envelope)
            return cls(_texts(envelope.studies), envelope.nextPageToken, envelope.totalCount)
        except msgspec.ValidationError:
            raise
        except (ValueError, RecursionError):
            texts, rest = _cut_out(body)
            envelope = msgspec.json.decode(rest, type=_Envelope)
            return cls(texts, envelope.nextPageToken, envelope.totalCount)


class SingleStudy:
    """An answer to `/studies/{number}`."""

    @staticmethod
    def from_body(body: bytes) -> Record:
        """The record; of one that cannot be read its NCT number alone, in its place. Raises `ValueError` for a cut one.

        So a trial that cannot be read and that the search no longer shows is known to be there.
        """
        try:
            record = parse_record(body)
        except ValueError:
            if (number := number_in_text(body)) is None or not _is_whole(body):
                raise
            record = {"protocolSection": {"identificationModule": {"nctId": number}}}
        if not isinstance(record, dict):
            raise ValueError("not an object")  # noqa: TRY004  one error for every unusable body
        return record


def _texts(studies: msgspec.Raw) -> list[bytes] | None:
    try:
        return [bytes(text) for text in msgspec.json.decode(studies, type=list[msgspec.Raw])]
    except msgspec.DecodeError:  # it is no list, or there is no such member
        return None


def _is_whole(body: bytes) -> bool:
    """Whether as many brackets are closed as are opened, by the structure of the JSON."""
    marks = [token[0] for token in _STRUCTURE.finditer(body)]
    opened = sum(mark in b"{[" for mark in marks)
    return opened > 0 and opened == sum(mark in b"}]" for mark in marks)


def _cut_out(body: bytes) -> tuple[list[bytes], bytes]:
    """The objects in the list `studies`, and the body with that list emptied. Raises `ValueError` for a cut body."""
    texts: list[bytes] = []
    open_at: list[int] = []  # where each bracket that is still open begins
    listed: tuple[int, int] | None = None
    before = b""
    in_list = False
    for token in _STRUCTURE.finditer(body):
        mark = token[0]
        if mark in b"{[":
            in_list = in_list or (len(open_at) == 1 and before == b'"studies"')
            open_at.append(token.start())
        elif mark in b"}]" and open_at:
            start = open_at.pop()
            if in_list and len(open_at) == LIST_DEPTH:
                texts.append(body[start : token.end()])
            elif in_list and len(open_at) == LIST_DEPTH - 1:
                listed, in_list = (start, token.end()), False
        before = mark
    if open_at or listed is None:
        raise ValueError("the answer is cut or damaged")
    return texts, body[: listed[0]] + b"[]" + body[listed[1] :]
