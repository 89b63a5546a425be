"""The registry's API v2 as a few questions: what data, which records, where one trial stands.

Source: the API's OpenAPI document 2.0.5. How a question is asked is `asking`, what an answer means is `answers`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import requests

from mscwatch import __version__
from mscwatch.errors import ConfigError, NoAnswerError, QueryRejectedError, RefusedError
from mscwatch.model import LookupResult, Record, RegistryVersion
from mscwatch.record import parse_record
from mscwatch.registry.http import PoliteSession, Traffic
from mscwatch.registry.lookup import VERDICTS, by_asked_number, lookup_result, nct_number
from mscwatch.registry.responses import DataMovedError

__all__ = ["Client", "DataMovedError", "Page", "Traffic", "user_agent"]

log = logging.getLogger(__name__)

ROOM_FOR_TOKEN = 200  # characters: a walk that can begin can also go on
BATCH = 200  # ids in one request, 2.9 kB of URL; never more than a page holds
LARGEST_PAGE = 1_000


class StudiesPage(msgspec.Struct):
    """An answer to `/studies`, its records as they came: most of them are as they were, and need no reading."""

    studies: msgspec.Raw = msgspec.Raw()
    nextPageToken: Any = None  # noqa: N815  the registry's name
    totalCount: Any = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a walk: the JSON texts of its records; `total_count` is on the first only."""

    texts: list[bytes]
    total_count: int | None

    @property
    def records(self) -> Iterator[Record]:
        return map(parse_record, self.texts)


class Client(PoliteSession):
    """The questions. Each may raise what `Asking.ask` raises."""

    def version(self) -> RegistryVersion:
        """Which API and which data set answers. `dataTimestamp` may be absent; it is UTC without saying so."""
        told = self.ask("/version").json
        text = told.get("dataTimestamp")
        try:
            stamp = None if text is None else _utc(datetime.fromisoformat(text))
        except (TypeError, ValueError):
            msg = f"The registry's /version gave a dataTimestamp that is no date: {str(text)[:60]!r}."
            raise NoAnswerError(msg, transient=False) from None
        return RegistryVersion(str(told.get("apiVersion", "")), stamp)

    def pages(self, query: dict[str, str], page_size: int) -> Iterator[Page]:
        """Walk a query to its end: every parameter on each page, until an answer has no next token.

        An empty page is normal at the end; a token that comes twice is not.
        """
        parameters = query | {"format": "json", "pageSize": str(page_size), "countTotal": "true"}
        self.address("/studies", parameters | {"pageToken": "." * ROOM_FOR_TOKEN})
        tokens: set[str] = set()
        etag = None
        while True:
            answer = self.ask("/studies", parameters, kind=StudiesPage)
            etag = self._compared(etag, answer.headers.get("ETag"))
            texts, token, total = _texts(answer.json), answer.json.nextPageToken, answer.json.totalCount
            if texts is None or not isinstance(token, str | None):
                msg = (
                    "The registry's answer to /studies holds no list of studies, or a token that is no text."
                )
                raise NoAnswerError(msg, transient=False)
            yield Page(texts, total if type(total) is int else None)
            if not token:
                return
            if token in tokens:
                msg = "The registry sent the same page token twice, so the walk would never end."
                raise RefusedError(msg)
            tokens.add(token)
            parameters = parameters | {"pageToken": token}
            parameters.pop("countTotal", None)

    def lookup(self, nct_id: str) -> LookupResult:
        """Where one trial stands, asked for by itself.

        A redirect is not followed: it is the verdict, and it drops the query string. A fault is never a verdict:
        whatever is not clearly one of the four places raises.
        """
        number = nct_number(nct_id)
        if number is None:
            msg = f"{nct_id[:40]!r} is no NCT number. Give one like NCT02223897."
            raise ConfigError(msg)
        return lookup_result(number, self.ask(f"/studies/{number}", verdicts=VERDICTS))

    def studies_by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        """The records (without contacts) of many trials, each under the id that was asked for, aliases included.

        What is malformed or not found is absent; why, only `lookup` can tell. A request that the registry
        refuses is halved until the id that it dislikes stands alone: some say that one missing id is enough.
        """
        numbers = {text: number for text in ids if (number := nct_number(text))}
        distinct = list(dict.fromkeys(numbers.values()))
        found: dict[str, Record] = {}
        for start in range(0, len(distinct), BATCH):
            found |= self._batch(distinct[start : start + BATCH])
        return {text: found[number] for text, number in numbers.items() if number in found}

    def listing(self, path: str) -> list[Any]:
        """An answer that is a list, such as `/studies/enums` and `/studies/metadata`."""
        told: list[Any] = self.ask(path, kind=list).json
        return told

    def _batch(self, numbers: list[str]) -> dict[str, Record]:
        try:
            walk = list(self.pages({"filter.ids": "|".join(numbers)}, LARGEST_PAGE))
        except QueryRejectedError:
            if len(numbers) == 1:
                return {}
            half = len(numbers) // 2
            return self._batch(numbers[:half]) | self._batch(numbers[half:])
        return by_asked_number(numbers, (record for page in walk for record in page.records))

    def _compared(self, before: str | None, etag: str | None) -> str | None:
        """Note an ETag that differs from the page before.

        It names build and data set together, and builds are changed without the data (and two of them may answer
        side by side), so it alone does not restart a walk: `/version` and the count decide.
        """
        if before and etag and etag != before:
            self.traffic.etag_changes += 1
            log.warning("The registry's ETag changed within a walk, from %s to %s.", before, etag)
        return etag or before


def user_agent(own: str = "", contact: str = "") -> str:
    """Who asks. The token of `requests` stays: the registry's edge refuses an agent that its TLS belies.

    Raises `ConfigError` for text that a header cannot carry.
    """
    for setting, text in (("MSCWATCH_USER_AGENT", own), ("MSCWATCH_CONTACT", contact)):
        if not (text.isascii() and text.isprintable()):
            msg = f"{setting} holds a line break or a letter that is not ASCII. Write it on one line, in plain letters."
            raise ConfigError(msg)
    parts = [own.strip() or f"mscwatch/{__version__}"]
    if contact.strip():
        parts.append(f"(+mailto:{contact.strip()})")
    if not re.search(r"\bpython-requests/\d", own):
        parts.append(requests.utils.default_user_agent())
    return " ".join(parts)


def _texts(listing: StudiesPage) -> list[bytes] | None:
    try:
        return [bytes(one) for one in msgspec.json.decode(listing.studies, type=list[msgspec.Raw])]
    except msgspec.DecodeError:
        return None


def _utc(stamp: datetime) -> datetime:
    """Naive UTC; an offset, should the registry begin to send one, is honoured."""
    return stamp.astimezone(UTC).replace(tzinfo=None) if stamp.tzinfo else stamp
