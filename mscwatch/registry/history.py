"""A client of the registry's own history of a record: two unofficial endpoints behind its web pages.

`GET …/api/int/studies/{id}/history` lists the versions, `…/history/{n}` is one of them (n from 0). Requests are as
polite as those to the API. An answer counts only in the shape that is known today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import requests

from mscwatch.errors import ConfigError, NoAnswerError
from mscwatch.model import HistoryVersion, Record
from mscwatch.record import record_nct_id, without_contacts
from mscwatch.registry.history_text import as_markdown
from mscwatch.registry.http_response import REDIRECTS, Response
from mscwatch.registry.responses import RegistrySession, forwarded_to, is_unknown

NOT_THERE = frozenset({400, 404, 405, 410})


class HistoryGoneError(NoAnswerError):
    """The endpoints are gone, or answer in a shape that is not known."""

    def __init__(self, nct_id: str, what: str) -> None:
        super().__init__(
            f"The registry's own history is gone or has changed: for {nct_id} it answered {what}. "
            "Nothing of this trial was written; the history is unofficial, and nights do not need it.",
            transient=False,
        )


class HistoryAnswer(StrEnum):
    """The registry's answer to the request for a trial's history (`histories.answer`)."""

    TOLD = "told"
    NOT_FOUND = "not_found"
    FORWARDED = "forwarded"  # merged into another registration


@dataclass(frozen=True, slots=True)
class HistoryReading:
    """The part of a trial's history that was read, oldest version first. `listed` counts all of its versions."""

    verdict: HistoryAnswer
    listed: int = 0
    versions: tuple[HistoryVersion, ...] = ()


class _VerdictError(Exception):
    def __init__(self, verdict: HistoryAnswer) -> None:
        self.verdict = verdict


class HistoryClient(RegistrySession):
    """A session with the history's endpoints."""

    def read(self, nct_id: str, until: date) -> HistoryReading:
        """Every version submitted until a day, one request each; records are without contacts, texts in markdown.

        Raises `HistoryGoneError`, and what `ask` raises.
        """
        try:
            listed = list(self._listed(nct_id))
            versions = tuple(
                HistoryVersion(number, day, self._version(nct_id, number))
                for number, day in listed
                if day <= until
            )
        except _VerdictError as error:
            return HistoryReading(error.verdict)
        return HistoryReading(HistoryAnswer.TOLD, len(listed), versions)

    def _listed(self, nct_id: str) -> Iterator[tuple[int, date]]:
        changes = self._get(nct_id, "").get("changes")
        if not isinstance(changes, list) or not changes:
            raise HistoryGoneError(nct_id, "without a list of versions")
        for number, change in enumerate(changes):
            if not isinstance(change, dict) or change.get("version") != number:
                raise HistoryGoneError(nct_id, "versions that are not numbered from 0")
            try:
                yield number, date.fromisoformat(change["date"])
            except (KeyError, TypeError, ValueError) as error:
                raise HistoryGoneError(nct_id, f"version {number} without a day") from error

    def _version(self, nct_id: str, number: int) -> Record:
        content = self._get(nct_id, f"/{number}")
        study = content.get("study")
        if content.get("studyVersion") != number or not isinstance(study, dict):
            raise HistoryGoneError(nct_id, f"something else than its version {number}")
        shown = record_nct_id(study)
        if shown is None:
            raise HistoryGoneError(nct_id, f"a version {number} without an NCT number")
        if shown != nct_id:
            raise _VerdictError(HistoryAnswer.FORWARDED)
        try:
            markdown: Record = as_markdown(without_contacts(study))
        except RecursionError as error:
            raise HistoryGoneError(nct_id, f"a version {number} that is nested too deep") from error
        return markdown

    def _get(self, nct_id: str, below: str) -> dict[str, Any]:
        try:
            response = self.ask(f"/studies/{nct_id}/history{below}", verdicts=REDIRECTS | NOT_THERE)
        except NoAnswerError as error:
            if not error.transient:
                raise
            msg = f"{error} If this lasts, the registry's own history is gone or has changed; nights do not need it."
            raise NoAnswerError(msg) from error
        if response.status == requests.codes.ok:
            content: dict[str, Any] = response.json
            return content
        if verdict := _verdict(nct_id, response):
            raise _VerdictError(verdict)
        raise HistoryGoneError(nct_id, f"HTTP {response.status}")


def history_url(api_url: str) -> str:
    """The address of the history, beside the API: `…/api/v2` gives `…/api/int`. Raises `ConfigError` otherwise."""
    base, slash, version = api_url.rpartition("/")
    if not slash or version != "v2":
        raise ConfigError(
            "MSCWATCH_API_URL does not end with /v2, so the address of the registry's own history is unknown. "
            "Set an address that ends with /v2."
        )
    return f"{base}/int"


def _verdict(nct_id: str, response: Response) -> HistoryAnswer | None:
    """What an answer says of this trial: a 404 that names it, or a redirect to another one. None: it is no verdict."""
    if is_unknown(response, nct_id):
        return HistoryAnswer.NOT_FOUND
    return HistoryAnswer.FORWARDED if forwarded_to(response, nct_id) else None
