"""A client of the registry's API v2: its version, walks through a query, and single trials.

Source: the API's OpenAPI document 2.0.5. `http` sends the requests; `responses` says what an answer means.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mscwatch import __version__
from mscwatch.errors import ConfigError, NoAnswerError, RefusedError
from mscwatch.model import LookupResult, Record, RegistryVersion
from mscwatch.record import nct_number, number_in_text, parse_record
from mscwatch.registry.http import BARE_AGENT
from mscwatch.registry.http_patience import ATTEMPTS
from mscwatch.registry.page import SingleStudy, StudiesPage
from mscwatch.registry.responses import VERDICTS, RegistrySession, lookup_result

log = logging.getLogger(__name__)

EARLIEST, LATEST = 2000, 2200  # years; the registry opened in 2000
MOST_TRIALS = 10_000_000  # a larger count is none: the registry holds 600,000 trials
SPARE_PAGES = 3  # of a walk, besides twice as many as the announced count needs
LONGEST_VERSION = 40  # characters; it is stored
ROOM_FOR_TOKEN = 200  # characters, so that a walk whose first URL fits can also go on


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a walk: the JSON texts of its records; `total_count` is on the first only."""

    texts: list[bytes]
    total_count: int | None

    @property
    def records(self) -> Iterator[Record]:
        """The parsed records, contacts included, without those that cannot be read."""
        for text in self.texts:
            try:
                yield parse_record(text)
            except ValueError as error:
                number = number_in_text(text) or "a trial without a number"
                log.warning("The record of %s cannot be read (%s); it is left out.", number, error)


class Announced:
    """The bound of one walk, by the count of its first page: tokens that are ever new would lead on for ever."""

    def __init__(self, page_size: int) -> None:
        self._page_size = page_size
        self._tokens: set[str] = set()
        self._total = self._most_pages = 0

    def admit(self, token: str, came: int, total: object) -> None:
        """Admit the page that `token` leads to, after a page of `came` trials.

        `total` is the announced count of trials; only that of the first page counts. Raises `RefusedError` for a token
        that came before, for a walk that goes on without a count, and for more pages than the count can need.
        """
        if not self._tokens:
            self._announce(came, total)
        if token in self._tokens:
            raise RefusedError("The registry sent the same page token twice, so the walk would never end.")
        self._tokens.add(token)
        if len(self._tokens) >= self._most_pages:
            raise RefusedError(
                f"The registry announced {self._total} trial(s) and sent a token for yet another page after "
                f"{len(self._tokens)} pages, so the walk would never end. Nothing was changed; run again later."
            )

    def _announce(self, came: int, total: object) -> None:
        count = _count(total)
        if count is None:
            raise RefusedError(
                f"The registry did not say how many trials there are (it sent {str(total)[:30]!r}), and its first page "
                "is not the last: nothing says where the walk ends. Nothing was changed; run again later."
            )
        self._total = count
        # The registry may send smaller pages than were asked for.
        self._most_pages = 2 * math.ceil(count / (came or self._page_size)) + SPARE_PAGES


class Client(RegistrySession):
    """The questions that the pipeline asks. Each also raises what `ask` raises."""

    def version(self) -> RegistryVersion:
        """The version of the API and of its data set. `dataTimestamp` may be absent; it is UTC but does not say so.

        Raises `NoAnswerError` when it is not a date of this registry's time.
        """
        content = self.ask("/version").json
        text = content.get("dataTimestamp")
        try:
            stamp = None if text is None else _utc(datetime.fromisoformat(text))
        except (TypeError, ValueError, OverflowError) as error:
            msg = f"The registry's /version gave a dataTimestamp that is no date: {str(text)[:60]!r}."
            raise NoAnswerError(msg, transient=False) from error
        return RegistryVersion(str(content.get("apiVersion", ""))[:LONGEST_VERSION], stamp)

    def pages(self, query: dict[str, str], page_size: int, *, cuts: int = ATTEMPTS) -> Iterator[Page]:
        """Walk a query to its end, with every parameter on each page, until an answer has no next token.

        The last page may be empty. Raises `RefusedError` when a token comes twice or the pages do not end where the
        announced count says, `NoAnswerError` for an answer without a list of studies, and `BrokenOffError` when a
        page broke off `cuts` times.
        """
        parameters = query | {"format": "json", "pageSize": str(page_size), "countTotal": "true"}
        self.address("/studies", parameters | {"pageToken": "." * ROOM_FOR_TOKEN})
        announced = Announced(page_size)
        etag: str | None = None
        while True:
            response = self.ask("/studies", parameters, kind=StudiesPage, cuts=cuts)
            before, etag = etag, response.headers.get("ETag") or etag
            if before and before != etag:
                # It names the build and the data set together, and two builds may answer side by side: no proof.
                log.warning("The registry's ETag changed within a walk, from %s to %s.", before, etag)
            texts, token = response.json.studies, response.json.next_page_token
            if texts is None or not isinstance(token, str | None):
                msg = (
                    "The registry's answer to /studies holds no list of studies, or a token that is no text."
                )
                raise NoAnswerError(msg, transient=False)
            yield Page(texts, _count(response.json.total_count))
            if not token:
                return
            announced.admit(token, len(texts), response.json.total_count)
            parameters = parameters | {"pageToken": token}
            parameters.pop("countTotal", None)

    def lookup(self, nct_id: str) -> LookupResult:
        """Where one trial stands. `nct_id` may be in any spelling that the API accepts.

        A redirect is not followed: it is a verdict, and it drops the query string. Raises `ConfigError` when `nct_id`
        is not an NCT number, and `NoAnswerError` when the answer is not clearly one of the four verdicts.
        """
        number = nct_number(nct_id)
        if number is None:
            raise ConfigError(f"{nct_id[:40]!r} is no NCT number. Give one like NCT02223897.")
        return lookup_result(number, self.ask(f"/studies/{number}", kind=SingleStudy, verdicts=VERDICTS))


def user_agent(own: str = "", contact: str = "") -> str:
    """The user agent, from MSCWATCH_USER_AGENT and MSCWATCH_CONTACT. Raises `ConfigError` for unprintable text.

    The token of `requests` is always in it, and first where `own` does not hold it: the registry's edge refuses an
    agent that does not match its TLS.
    """
    for setting, text in (("MSCWATCH_USER_AGENT", own), ("MSCWATCH_CONTACT", contact)):
        if not (text.isascii() and text.isprintable()):
            msg = f"{setting} holds a line break or a letter that is not ASCII. Write it on one line, in plain letters."
            raise ConfigError(msg)
    own, contact = own.strip(), contact.strip()
    mail = f"+mailto:{contact}" if contact else ""
    if not own:
        return f"{BARE_AGENT} ({'; '.join(filter(None, (f'mscwatch/{__version__}', mail)))})"
    parts = [] if re.search(r"\bpython-requests/\d", own) else [BARE_AGENT]
    return " ".join([*parts, own, *([f"({mail})"] if mail else [])])


def _count(value: Any) -> int | None:
    """A number of trials; None for what is none."""
    return value if type(value) is int and 0 <= value <= MOST_TRIALS else None


def _utc(stamp: datetime) -> datetime:
    """Naive UTC. The registry sends no offset today; one would be applied. Raises `ValueError` for an absurd year."""
    if not EARLIEST <= stamp.year <= LATEST:
        raise ValueError(stamp.year)
    return stamp.astimezone(UTC).replace(tzinfo=None) if stamp.tzinfo else stamp
