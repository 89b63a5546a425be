"""The registry's own history of a record: two endpoints behind its web pages that nobody promises.

`GET …/api/int/studies/{id}/history` lists the versions, `…/history/{n}` is one of them (n from 0). They are asked
with the same manners as the API, and believed only in the shape that they are known to have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests

from mscwatch.changes.backfill import HistoryVersion
from mscwatch.errors import ConfigError, NoAnswerError
from mscwatch.model import Record
from mscwatch.record import record_nct_id, without_contacts
from mscwatch.registry.http import PoliteSession
from mscwatch.registry.lookup import REDIRECTS, nct_number
from mscwatch.registry.responses import Response

NOT_THERE = frozenset({400, 404, 405, 410})


class HistoryGoneError(NoAnswerError):
    """The endpoints are not there, or answer in a shape that is not known."""

    def __init__(self, nct_id: str, what: str) -> None:
        super().__init__(
            f"The registry's own history is gone or has changed: asked for that of {nct_id}, it answered {what}. "
            "Nothing of this trial was written; the history is unofficial, and nights do not need it.",
            transient=False,
        )


class HistoryAnswer(StrEnum):
    """What the registry says when it is asked for a trial's history (`histories.answer`)."""

    TOLD = "told"
    NOT_FOUND = "not_found"
    FORWARDED = "forwarded"  # merged into another registration


@dataclass(frozen=True, slots=True)
class HistoryReading:
    """A trial's history as far as it was asked for, oldest version first; `listed` counts those that there are."""

    verdict: HistoryAnswer
    listed: int = 0
    versions: tuple[HistoryVersion, ...] = ()


class _VerdictError(Exception):
    def __init__(self, verdict: HistoryAnswer) -> None:
        self.verdict = verdict


class HistoryClient(PoliteSession):
    """The questions. Each may raise what `Asking.ask` raises, and `HistoryGoneError`."""

    def read(self, nct_id: str, until: date) -> HistoryReading:
        """Every version that was submitted by a day, each one request; records are without contacts."""
        try:
            listed = list(self._listed(nct_id))
            asked = [(number, day) for number, day in listed if day <= until]
            versions = tuple(
                HistoryVersion(number, day, self._version(nct_id, number)) for number, day in asked
            )
        except _VerdictError as error:
            return HistoryReading(error.verdict)
        return HistoryReading(HistoryAnswer.TOLD, len(listed), versions)

    def _listed(self, nct_id: str) -> Iterator[tuple[int, date]]:
        changes = self._asked(nct_id, "").get("changes")
        if not isinstance(changes, list) or not changes:
            raise HistoryGoneError(nct_id, "without a list of versions")
        for number, change in enumerate(changes):
            if not isinstance(change, dict) or change.get("version") != number:
                raise HistoryGoneError(nct_id, "versions that are not numbered from 0")
            try:
                yield number, date.fromisoformat(change["date"])
            except (KeyError, TypeError, ValueError):
                raise HistoryGoneError(nct_id, f"version {number} without a day") from None

    def _version(self, nct_id: str, number: int) -> Record:
        told = self._asked(nct_id, f"/{number}")
        study = told.get("study")
        if told.get("studyVersion") != number or not isinstance(study, dict):
            raise HistoryGoneError(nct_id, f"something else than its version {number}")
        shown = record_nct_id(study)
        if shown is None:
            raise HistoryGoneError(nct_id, f"a version {number} without an NCT number")
        if shown != nct_id:
            raise _VerdictError(HistoryAnswer.FORWARDED)
        return without_contacts(study)

    def _asked(self, nct_id: str, below: str) -> dict[str, Any]:
        try:
            answer = self.ask(f"/studies/{nct_id}/history{below}", verdicts=REDIRECTS | NOT_THERE)
        except NoAnswerError as error:
            if not error.transient:
                raise
            msg = f"{error} If this lasts, the registry's own history is gone or has changed; nights do not need it."
            raise NoAnswerError(msg) from None
        if answer.status == requests.codes.ok:
            found: dict[str, Any] = answer.json
            return found
        if verdict := _verdict(nct_id, answer):
            raise _VerdictError(verdict)
        raise HistoryGoneError(nct_id, f"HTTP {answer.status}")


def history_url(api_url: str) -> str:
    """Where the history is, beside the API: `…/api/v2` gives `…/api/int`. Raises `ConfigError` for another ending."""
    base, slash, version = api_url.rpartition("/")
    if not slash or version != "v2":
        msg = "MSCWATCH_API_URL does not end with /v2, so where the registry's own history is cannot be told from it."
        raise ConfigError(msg)
    return f"{base}/int"


def _verdict(nct_id: str, answer: Response) -> HistoryAnswer | None:
    """About this trial, not about the endpoint: a 404 that names it, or a way to another trial."""
    if answer.status == requests.codes.not_found and nct_id.casefold() in answer.quoted.casefold():
        return HistoryAnswer.NOT_FOUND
    if answer.status in REDIRECTS:
        steps = urlsplit(answer.headers.get("Location", "")).path.split("/")
        if any(number not in (None, nct_id) for number in map(nct_number, steps)):
            return HistoryAnswer.FORWARDED
    return None
