"""Trials that are asked for by their numbers, one by one and many at once."""

from __future__ import annotations

import math

import orjson
import pytest

from mscwatch.errors import ConfigError, NoAnswerError
from mscwatch.registry.client import DataMovedError
from mscwatch.registry.http import LONGEST_URL
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


# Many trials


def test_many_trials_come_in_batches_whose_urls_are_short(serve, ask):
    wanted = [f"NCT{number:08}" for number in range(1, 451)]
    registry = serve(night(450))
    found = ask(registry).studies_by_id(wanted)
    assert list(found) == wanted
    assert all(one["protocolSection"]["identificationModule"]["nctId"] == name for name, one in found.items())
    assert len(registry.requests) == 3
    assert max(len(target) for _, target in registry.requests) < LONGEST_URL


def test_trials_come_under_the_ids_that_were_asked_for(serve, ask):
    merged = record(2)
    merged["protocolSection"]["identificationModule"]["nctIdAliases"] = ["NCT00000008", "NCT00000009"]
    found = ask(serve(night(1, merged))).studies_by_id(["NCT00000009", "nct2", "NCT00000001", "NCT00000009"])
    assert {
        asked: one["protocolSection"]["identificationModule"]["nctId"] for asked, one in found.items()
    } == {
        "NCT00000009": "NCT00000002",
        "nct2": "NCT00000002",
        "NCT00000001": "NCT00000001",
    }


def test_a_record_that_nobody_asked_for_is_left_out(serve, ask):
    registry = serve(night(1, NCT00000009="NCT00000001"))  # forwards, and its record does not say from where
    assert ask(registry).studies_by_id(["NCT00000009"]) == {}


def test_ids_that_are_missing_or_malformed_are_absent(serve, ask):
    registry = serve(night(3))
    found = ask(registry).studies_by_id(["NCT00000001", "NCT00000077", "NCT0", "no id", "NCT00000003"])
    assert list(found) == ["NCT00000001", "NCT00000003"]
    assert len(registry.requests) == 1


def test_no_ids_are_no_request(serve, ask):
    registry = serve()
    assert ask(registry).studies_by_id([]) == {}
    assert registry.requests == []


@pytest.mark.parametrize("code", [400, 414])
def test_a_refused_batch_is_halved_until_the_bad_ids_stand_alone(serve, ask, code):
    bad = {"NCT00000077", "NCT00000078"}

    def refuse(request):
        asked = request.query["filter.ids"].split("|")
        return faults.status(code, "no")(request) if bad & set(asked) else None

    registry = serve(night(40), refuse)
    wanted = [f"NCT{number:08}" for number in range(1, 41)]
    found = ask(registry).studies_by_id([*wanted[:20], *bad, *wanted[20:]])
    assert list(found) == wanted
    assert len(registry.requests) <= 4 * math.ceil(math.log2(42)) + 1


def test_data_that_move_are_not_taken_for_a_bad_id(serve, ask):
    with pytest.raises(DataMovedError):
        ask(serve(intercept=faults.token_expired())).studies_by_id(["NCT00000001", "NCT00000002"])
