"""Who is let in: what the client does when the registry's edge refuses it, and how errors are judged."""

from __future__ import annotations

import json

import pytest
import requests

from mscwatch.errors import NoAnswerError
from mscwatch.registry.client import user_agent
from mscwatch.registry.http_patience import WAIT_WHEN_REFUSED
from mscwatch.registry.responses import DataMovedError
from mscwatch.replica import Response
from mscwatch.vocabulary import LookupVerdict
from support import faults
from support.asking import ALL
from support.snapshots import night

BARE = requests.utils.default_user_agent()
OWN = user_agent("", "me@example.org")


def refusing(*refused, heard):
    """An intercept that answers 403 to these agents, in order of `heard`, and lets others in."""

    def strike(request):
        heard.append(request.headers["User-Agent"])
        return faults.status(403, "<b>no</b>", html=True)(request) if heard[-1] in refused else None

    return strike


def test_a_refusal_that_passes_costs_one_patient_wait(serve, ask, waits):
    registry = serve(intercept=faults.first(1, faults.status(403, html=True)))
    ask(registry, user_agent=OWN).version()
    assert (len(registry.requests), waits) == (2, [WAIT_WHEN_REFUSED])


def test_where_only_the_bare_agent_is_let_in_it_is_tried_once_and_kept(serve, ask, waits, caplog):
    heard = []
    asking = ask(serve(night(25), refusing(OWN, heard=heard)), user_agent=OWN)
    asking.version()
    list(asking.pages(ALL, 10))
    assert heard == [OWN, OWN, *[BARE] * 4]
    assert waits == [WAIT_WHEN_REFUSED]
    assert (asking.user_agent, BARE in caplog.text) == (BARE, True)


def test_a_registry_that_lets_nobody_in_is_asked_three_times_and_the_error_says_what_to_set(serve, ask):
    heard = []
    asking = ask(serve(intercept=refusing(OWN, BARE, heard=heard)), user_agent=OWN)
    with pytest.raises(NoAnswerError, match=r"refuses this client \(HTTP 403\)") as failed:
        asking.version()
    assert heard == [OWN, OWN, BARE]
    assert f'"{OWN}" and "{BARE}"' in str(failed.value)
    assert f'Set MSCWATCH_USER_AGENT to one that it takes, such as "{BARE} (' in str(failed.value)
    assert (failed.value.transient, asking.user_agent) == (False, OWN)


def test_a_bare_agent_of_the_users_own_is_tried_twice(serve, ask):
    heard = []
    with pytest.raises(NoAnswerError, match="HTTP 403"):
        ask(serve(intercept=refusing(BARE, heard=heard)), user_agent=BARE).version()
    assert heard == [BARE, BARE]


def test_without_time_to_wait_the_bare_agent_is_tried_at_once(serve, ask, waits):
    heard = []
    ask(serve(intercept=refusing(OWN, heard=heard)), user_agent=OWN, budget=0).version()
    assert (heard, waits) == ([OWN, BARE], [])


# What an answer means is in its sentence

MOVED = (
    "The data have probably changed while you were paginating. Please, start over from the first page.",
    "text/plain",
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        MOVED,
        (json.dumps({"message": MOVED[0]}), "application/json"),
        (f"<html><p>{MOVED[0]}</p></html>", "text/html"),
        (MOVED[0].replace(" while", "\r\n while"), ""),
    ],
)
def test_data_that_moved_are_known_by_the_sentence_whatever_the_header(serve, ask, body, kind):
    answer = Response(400, {"Content-Type": kind}, body.encode())
    registry = serve(night(25), faults.on("pageToken", lambda _: answer))
    with pytest.raises(DataMovedError):
        list(ask(registry).pages(ALL, 10))


@pytest.mark.parametrize("kind", ["text/plain; charset=UTF-8", "application/json", "text/html", ""])
def test_a_trial_that_is_not_found_is_known_by_the_sentence(serve, ask, kind):
    answer = Response(404, {"Content-Type": kind}, b'"NCT number NCT00000009 not found"')
    assert ask(serve(intercept=lambda _: answer)).lookup("NCT00000009").verdict == LookupVerdict.GONE


@pytest.mark.parametrize(
    "location",
    [
        "/api/v2/studies/NCT00000002",
        "/api/v2/studies/NCT00000002/",
        "/api/v2/studies/NCT00000002?format=json&from=NCT00000009",
        "https://clinicaltrials.gov/api/v2/studies/NCT00000002/?fields=NCTId#top",
        "//clinicaltrials.gov/study/nct2",
        "NCT00000002",
        "./NCT00000002",
        "../studies/NCT00000002/",
        "/api/v2/studies/NCT00000009/../NCT00000002",
        "/api/v2/studies/%4eCT00000002",
        "?id=NCT00000002",
    ],
)
def test_an_alias_is_forwarded_by_any_form_of_location(serve, ask, location):
    registry = serve(intercept=faults.status(301, headers={"Location": location}))
    shown = ask(registry).lookup("NCT00000009")
    assert (shown.verdict, shown.target) == (LookupVerdict.FORWARDED, "NCT00000002")


@pytest.mark.parametrize("location", ["/studies/NCT00000009/", "http://[", "?from=/studies/NCT00000002"])
def test_a_place_that_is_no_other_trial_is_no_verdict(serve, ask, location):
    with pytest.raises(NoAnswerError, match="no other trial"):
        ask(serve(intercept=faults.status(301, headers={"Location": location}))).lookup("NCT00000009")
