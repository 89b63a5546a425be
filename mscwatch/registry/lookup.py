"""Where a trial stands that the search no longer finds, judged from the registry's answer to its NCT number."""

from __future__ import annotations

import requests

from mscwatch.errors import NoAnswerError
from mscwatch.model import LookupResult
from mscwatch.record import overall_status, record_nct_id, without_contacts
from mscwatch.registry.http_response import REDIRECTS, Response
from mscwatch.registry.responses import forwarded_to, is_unknown
from mscwatch.vocabulary import LookupVerdict

VERDICTS = REDIRECTS | {404}


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
