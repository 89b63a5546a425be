"""What the registry's answers mean: data, a verdict, or an error.

Sources: the API's OpenAPI document 2.0.5 (error bodies are plain text) and the API's observed behaviour (HTML pages
come from its edge servers, also with status 200; the sentence of an error is surer than its Content-Type).
"""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

import requests

from mscwatch.errors import NoAnswerError, QueryRejectedError, RefusedError
from mscwatch.model import LookupResult
from mscwatch.record import nct_number, overall_status, record_nct_id, without_contacts
from mscwatch.registry.http import PoliteSession
from mscwatch.registry.http_response import REDIRECTS, Response
from mscwatch.vocabulary import LookupVerdict

VERDICTS = REDIRECTS | {404}  # answers to an NCT number that say where the trial stands
MOVED = "data have probably changed"  # from the registry's own text for a page token of an older data set


class DataMovedError(RefusedError):
    """The registry's data set changed during a walk, so the walk must start again."""


class RegistrySession(PoliteSession):
    """A polite session with ClinicalTrials.gov."""

    service = "The registry"
    address_setting = "MSCWATCH_API_URL"

    def raise_for_status(self, response: Response, path: str) -> NoReturn:
        """Raises as `PoliteSession.raise_for_status`.

        Raises also `DataMovedError` and `QueryRejectedError` for 400 and 414.
        """
        status, quote = response.status, f": {response.quote}" if response.quote else ""
        if status == requests.codes.bad_request and response.says(MOVED):
            msg = "The registry's data changed while they were read. Nothing was changed; run again later."
            raise DataMovedError(msg)
        if status in (requests.codes.bad_request, requests.codes.request_uri_too_large):
            raise QueryRejectedError(
                f"The registry calls the query malformed (HTTP {status} to {path}){quote}. "
                "Correct the watch file."
            )
        super().raise_for_status(response, path)


def is_unknown(response: Response, nct_id: str) -> bool:
    """Whether a 404 is the registry's own, which names the trial: a proxy or a wrong base address answers 404 too."""
    if response.status != requests.codes.not_found:
        return False
    return response.says(f"NCT number {nct_id} not found") or nct_id.casefold() in response.quote.casefold()


def forwarded_to(response: Response, nct_id: str) -> str | None:
    """The other trial that a redirect leads to, whatever the form of its `Location`; None when it leads to none.

    The number is a step of the path, the last one counts, or the whole value of a query parameter.
    """
    if response.status not in REDIRECTS:
        return None
    try:
        place = urlsplit(response.headers.get("Location", ""))
    except ValueError:
        return None
    steps = [value for _, value in parse_qsl(place.query)] + unquote(place.path).split("/")
    numbers = [number for number in map(nct_number, steps) if number]
    return numbers[-1] if numbers and numbers[-1] != nct_id else None


def lookup_result(nct_id: str, response: Response) -> LookupResult:
    """What an answer (200, a redirect or 404) to `/studies/{nct_id}` says of the trial.

    Raises `NoAnswerError` for an answer that does not speak of this trial: a verdict never rests on a fault.
    """
    if response.status == requests.codes.not_found:
        if is_unknown(response, nct_id):
            return LookupResult(nct_id, LookupVerdict.GONE)
        raise _no_verdict(nct_id, "HTTP 404 without naming it")
    if response.status in REDIRECTS:
        target = forwarded_to(response, nct_id)
        if target is None:
            raise _no_verdict(nct_id, f"HTTP {response.status} to a place that is no other trial")
        return LookupResult(nct_id, LookupVerdict.FORWARDED, target=target)
    shown = record_nct_id(response.json)
    if shown is None:
        raise _no_verdict(nct_id, "a record without an NCT number")
    if shown != nct_id:
        return LookupResult(nct_id, LookupVerdict.FORWARDED, target=shown)
    record = without_contacts(response.json)
    verdict = LookupVerdict.WITHHELD if overall_status(record) == "WITHHELD" else LookupVerdict.HERE
    return LookupResult(nct_id, verdict, record)


def _no_verdict(nct_id: str, what: str) -> NoAnswerError:
    msg = f"Asked for {nct_id}, the registry answered {what}. Check MSCWATCH_API_URL, or run again later."
    return NoAnswerError(msg, transient=False)
