"""Trials that are asked for by their numbers."""

from __future__ import annotations

import orjson
import pytest

from mscwatch.errors import ConfigError, NoAnswerError
from mscwatch.replica import Response
from mscwatch.vocabulary import LookupVerdict
from support import faults
from support.records import edited, record, set_status
from support.snapshots import night

# Where a trial stands


def test_a_trial_that_is_still_there_comes_with_its_record_without_contacts(serve, ask):
    contacts = {"centralContacts": [{"name": "A person"}], "overallOfficials": []}
    shown = ask(serve(night(1, record(2, contactsLocationsModule=contacts)))).lookup("NCT00000002")
    assert (shown.verdict, shown.nct_id, shown.target) == (LookupVerdict.HERE, "NCT00000002", None)
    assert shown.record["protocolSection"]["contactsLocationsModule"] == {"overallOfficials": []}


def test_a_withheld_trial_is_withheld(serve, ask):
    registry = serve(night(0, edited(record(2), set_status("WITHHELD"))))
    shown = ask(registry).lookup("NCT00000002")
    assert shown.verdict == LookupVerdict.WITHHELD
    assert shown.record["protocolSection"]["statusModule"]["overallStatus"] == "WITHHELD"


def test_an_alias_is_forwarded_and_the_redirect_is_not_followed(serve, ask):
    registry = serve(night(3, NCT00000009="NCT00000002"))
    shown = ask(registry).lookup("NCT00000009")
    assert (shown.verdict, shown.target, shown.record) == (LookupVerdict.FORWARDED, "NCT00000002", None)
    assert len(registry.requests) == 1


@pytest.mark.parametrize("code", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "/api/v2/studies/NCT00000002",
        "https://clinicaltrials.gov/api/v2/studies/nct2?format=json",
        "NCT00000002",
    ],
)
def test_a_redirect_may_be_absolute_or_relative(serve, ask, code, location):
    registry = serve(intercept=faults.status(code, headers={"Location": location}))
    assert ask(registry).lookup("NCT00000009").target == "NCT00000002"


def test_another_record_in_answer_to_an_id_is_forwarded(serve, ask):
    registry = serve(intercept=lambda _: Response(body=orjson.dumps(record(2))))
    shown = ask(registry).lookup("NCT00000009")
    assert (shown.verdict, shown.target) == (LookupVerdict.FORWARDED, "NCT00000002")


def test_an_id_that_the_registry_does_not_know_is_gone(serve, ask):
    registry = serve()
    assert ask(registry).lookup("NCT00000009").verdict == LookupVerdict.GONE
    assert len(registry.requests) == 1


NO_VERDICTS = {
    "a 404 of the edge": faults.status(404, "<html>not found</html>", html=True),
    "a 404 without a body": faults.status(404),
    "a 404 of a proxy": faults.status(404, "404 page not found"),
    "a 404 for another trial": faults.status(404, "NCT number NCT00000002 not found"),
    "a redirect to a maintenance page": faults.status(
        302, headers={"Location": "https://clinicaltrials.gov/maintenance?from=/studies/NCT00000002"}
    ),
    "a redirect to itself": faults.status(
        301, headers={"Location": "https://elsewhere.example/studies/NCT00000009"}
    ),
    "a redirect to nowhere": faults.status(301),
    "a record without an id": lambda _: Response(body=b'{"protocolSection":{}}'),
    "an overloaded registry": faults.status(503),
    "a refused client": faults.status(403, html=True),
    "a page in place of a record": faults.html_with_200(),
    "half a record": faults.truncated_json(),
}


@pytest.mark.parametrize("fault", NO_VERDICTS.values(), ids=NO_VERDICTS)
def test_a_fault_is_never_a_verdict(serve, ask, fault):
    registry = serve(night(9), fault)
    with pytest.raises(NoAnswerError):
        ask(registry).lookup("NCT00000009")


def test_a_trial_is_asked_for_with_patience(serve, ask, waits):
    registry = serve(intercept=faults.first(2, faults.status(503)))
    assert ask(registry).lookup("NCT00000009").verdict == LookupVerdict.GONE
    assert waits == [2, 4]


@pytest.mark.parametrize(
    "text", ["", "NCT", "NCT00000000", "NCT123456789", "NCT00000001/history", "12345678"]
)
def test_what_is_no_nct_number_is_not_asked_for(serve, ask, text):
    registry = serve()
    with pytest.raises(ConfigError, match="no NCT number"):
        ask(registry).lookup(text)
    assert registry.requests == []
