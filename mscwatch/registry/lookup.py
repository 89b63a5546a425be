"""Where a trial stands that a search no longer shows, judged from the registry's answer to its NCT number."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

import requests

from mscwatch.errors import NoAnswerError
from mscwatch.model import LookupResult, Record
from mscwatch.record import overall_status, part, record_nct_id, without_contacts
from mscwatch.registry.responses import Response
from mscwatch.vocabulary import LookupVerdict

_NCT_NUMBER = re.compile(r"NCT0*([1-9][0-9]{0,7})", re.IGNORECASE)  # what the API takes for one
REDIRECTS = frozenset({301, 302, 303, 307, 308})
VERDICTS = REDIRECTS | {404}


def nct_number(text: str) -> str | None:
    """`nct0123` as the registry writes it, `NCT00000123`; None when it is no NCT number."""
    found = _NCT_NUMBER.fullmatch(text.strip())
    return f"NCT{found[1]:0>8}" if found else None


def lookup_result(nct_id: str, answer: Response) -> LookupResult:
    """The place that an answer (200, a redirect or 404) to `/studies/{nct_id}` tells.

    Raises `NoAnswerError` for an answer that says nothing of this trial: a verdict never rests on a fault.
    """
    if answer.status == requests.codes.not_found:
        # The registry's own 404 names the number; a proxy or a wrong base address answers 404 as well.
        if nct_id.casefold() in answer.quoted.casefold():
            return LookupResult(nct_id, LookupVerdict.GONE)
        raise _no_verdict(nct_id, "HTTP 404 without naming it")
    if answer.status in REDIRECTS:
        target = nct_number(urlsplit(answer.headers.get("Location", "")).path.rpartition("/")[2])
        if target in (None, nct_id):
            raise _no_verdict(nct_id, f"HTTP {answer.status} to somewhere that is no other trial")
        return LookupResult(nct_id, LookupVerdict.FORWARDED, target=target)
    shown = record_nct_id(answer.json)
    if shown is None:
        raise _no_verdict(nct_id, "a record without an NCT number")
    if shown != nct_id:
        return LookupResult(nct_id, LookupVerdict.FORWARDED, target=shown)
    record = without_contacts(answer.json)
    place = LookupVerdict.WITHHELD if overall_status(record) == "WITHHELD" else LookupVerdict.HERE
    return LookupResult(nct_id, place, record)


def by_asked_number(numbers: Collection[str], found: Iterable[Record]) -> dict[str, Record]:
    """Records (without contacts) under the numbers that were asked for, of which some may be aliases."""
    named: dict[str, Record] = {}
    for record in found:
        own = record_nct_id(record)
        aliases = part(record, "protocolSection", "identificationModule", "nctIdAliases") or ()
        kept = without_contacts(record)
        named |= {number: kept for number in (*aliases, own) if number in numbers}
    return named


def _no_verdict(nct_id: str, what: str) -> NoAnswerError:
    msg = f"Asked for {nct_id}, the registry answered {what}. Check MSCWATCH_API_URL, or run again later."
    return NoAnswerError(msg, transient=False)
