"""One odd record never stops the others: it is stored or set aside, noted, and everybody else's news is told.

Many odd records share a night here. Where one of them ends it, the error must name the trial and the path.
"""

from __future__ import annotations

import json
import signal
from types import SimpleNamespace

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.therapy import read_record
from support.odd import (
    Ears,
    RawRegistry,
    as_text,
    column,
    completed,
    edited,
    fresh,
    number,
    order_in,
    record,
    rows,
)

PROTOCOL = "protocolSection"
STATUS, DESIGN, ARMS = (f"{PROTOCOL}.{name}Module" for name in ("status", "design", "armsInterventions"))
SUMMARY = f"{PROTOCOL}.descriptionModule.briefSummary"
CURRENT = "SELECT record FROM versions WHERE valid_to IS NULL AND nct_id = '{}'"
STORED = "SELECT nct_id FROM versions WHERE valid_to IS NULL ORDER BY ALL"
PROOF = "SELECT proof FROM runs ORDER BY started_at DESC LIMIT 1"
DEEP = json.loads("[" * 300 + "]" * 300)


def put(study, path, value):
    """A copy of a study with a value at a dotted path; objects on the way are made."""

    def edit(copy):
        *way, last = path.split(".")
        for key in way:
            copy = copy.setdefault(key, {})
        copy[last] = value

    return edited(study, edit)


def broken(study, value):
    """The text of a study with bytes in it that need be no JSON."""
    return as_text(put(study, SUMMARY, "%")).replace(b'"%"', value)


def set_aside(order):
    """What the last night's proof says of the records that could not be read: one entry for each."""
    return json.loads(column(order, PROOF, file="working")[0] or "{}").get("set_aside", [])


def nights_in(folder, *nights, **registry):
    """Run a night for each list of studies, heard on all channels."""
    with RawRegistry(list(nights), **registry) as running, Ears(folder) as ears:
        order = order_in(folder, running.url, **ears.settings)
        results = []
        for running.night in range(len(nights)):
            results.append(run_watch(order))
    return SimpleNamespace(order=order, results=results, ears=ears)


# Values of another type than the registry's, or beyond what a column can hold.
OTHER_TYPES = {
    "phases as a number": (f"{DESIGN}.phases", 2),
    "phases as a text": (f"{DESIGN}.phases", "PHASE2"),
    "a phase as an object": (f"{DESIGN}.phases", [{"value": "PHASE1"}]),
    "the study type as an object": (f"{DESIGN}.studyType", {"value": "INTERVENTIONAL"}),
    "the status as a list": (f"{STATUS}.overallStatus", ["RECRUITING"]),
    "a module as a list": (DESIGN, [1, 2]),
    "a module as a text": (ARMS, "UC-MSC"),
    "interventions as an object": (f"{ARMS}.interventions", {"name": "UC-MSC"}),
    "an intervention as a text": (f"{ARMS}.interventions", ["UC-MSC"]),
    "an intervention's name as a number": (f"{ARMS}.interventions", [{"type": "OTHER", "name": 5}]),
    "conditions as a text": (f"{PROTOCOL}.conditionsModule.conditions", "Liver Cirrhosis"),
    "a condition as an object": (f"{PROTOCOL}.conditionsModule.conditions", [{"name": "Liver Cirrhosis"}]),
    "the title as a number": (f"{PROTOCOL}.identificationModule.briefTitle", 12),
    "the sponsor as a text": (f"{PROTOCOL}.sponsorCollaboratorsModule.leadSponsor", "A hospital"),
    "a date as a number": (f"{STATUS}.startDateStruct.date", 20200101),
    "a date as an object": (f"{STATUS}.studyFirstPostDateStruct", {"date": {"year": 2022}}),
    "references as a number": (f"{PROTOCOL}.referencesModule.references", 3),
    "outcomes as a list of texts": (f"{PROTOCOL}.outcomesModule.primaryOutcomes", ["MELD"]),
    "sites as a text": (f"{PROTOCOL}.contactsLocationsModule.locations", "Beijing"),
    "the derived section as a text": ("derivedSection", "text"),
    "the results flag as a text": ("hasResults", "yes"),
    "the results section as a list": ("resultsSection", [1]),
    "lists 300 deep": (SUMMARY, DEEP),
    "an enrolment of three thousand million": (f"{DESIGN}.enrollmentInfo", {"count": 3_000_000_000}),
    "an enrolment below nought": (f"{DESIGN}.enrollmentInfo", {"count": -5}),
    "an enrolment of a half": (f"{DESIGN}.enrollmentInfo", {"count": 40.5}),
    "the 30th of February": (f"{STATUS}.startDateStruct.date", "2022-02-30"),
}


@pytest.fixture(scope="module")
def odd_types(tmp_path_factory):
    """A baseline and a night with every value of another type; each kind has a trial from the first night and a new one."""
    old, new = (
        [put(make(base + place), *what) for place, what in enumerate(OTHER_TYPES.values())]
        for base, make in ((100, record), (200, fresh))
    )
    unnamed = fresh(7)
    unnamed["protocolSection"]["armsInterventionsModule"]["interventions"][:0] = [{"type": "OTHER"}]
    return nights_in(
        tmp_path_factory.mktemp("types"),
        [record(1), *old],
        [completed(record(1)), *map(completed, old[10:14]), *old[:10], *old[14:], *new, unnamed],
    )


def test_odd_values_leave_the_nights_good_and_healthy_news_told_everywhere(odd_types):
    assert [(result.exit_code, str(result.outcome)) for result in odd_types.results] == [
        (0, "baseline"),
        (0, "published"),
    ]
    # Slack names at most 20 events
    assert [channel for channel in odd_types.ears.deaf_to(number(1)) if channel != "slack"] == []
    assert odd_types.results[1].events["completed"] == 5
    assert column(odd_types.order, "SELECT DISTINCT state FROM deliveries") == ["sent"]


@pytest.mark.parametrize("place", range(len(OTHER_TYPES)), ids=list(OTHER_TYPES))
def test_a_value_of_another_type_is_stored_as_it_came_and_noted(odd_types, place):
    path, value = list(OTHER_TYPES.values())[place]
    for nct_id in (number(100 + place), number(200 + place)):
        stored = json.loads(column(odd_types.order, CURRENT.format(nct_id))[0])
        for key in path.split("."):
            stored = stored[key]
        assert stored == value
        noted = column(odd_types.order, f"SELECT DISTINCT path FROM issues WHERE nct_id = '{nct_id}'")
        assert any(one.startswith(path) or path.startswith(one) for one in noted)


def test_phases_as_a_text_are_one_issue_not_one_for_each_letter(odd_types):
    assert column(odd_types.order, f"SELECT count(*) FROM issues WHERE nct_id = '{number(201)}'") == [1]


def test_a_date_that_is_none_has_no_precision(odd_types):
    query = "SELECT start_date, start_date_precision FROM trials WHERE nct_id = '{}'"
    assert rows(odd_types.order, query.format(number(100 + len(OTHER_TYPES) - 1))) == [(None, None)]


def test_an_intervention_without_a_name_is_not_stated_and_stops_no_message(odd_types):
    """One of 4,048 real records has one; it once silenced every channel for good."""
    assert [name for name in odd_types.ears.deaf_to(number(7)) if name != "slack"] == []
    assert "None" not in odd_types.ears.heard()["mail"]
    names = column(odd_types.order, f"SELECT intervention_names FROM trials WHERE nct_id = '{number(7)}'")
    assert None not in names[0]


# Texts that are no JSON, or JSON that most parsers refuse.
UNREADABLE = {
    "a lone surrogate": rb'"\ud800"',
    "bytes that are no UTF-8": b'"\xff\xfe\x80"',
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "a number beyond all floats": b"1e400",
    "an integer of 400 digits": b"9" * 400,
    "lists 5000 deep": b"[" * 5000 + b"]" * 5000,
    "a control character in a text": b'"a\x01b"',
}


@pytest.fixture(scope="module")
def unreadable(tmp_path_factory):
    """A baseline, and nights on which three trials at once cannot be read; on the night after, they completed."""
    known = [record(10 + place) for place in range(len(UNREADABLE))]
    nights, done = [[record(1), *known]], []
    for start in range(0, len(known), 3):
        chosen = range(start, min(start + 3, len(known)))
        texts = [broken(completed(known[place]), list(UNREADABLE.values())[place]) for place in chosen]
        nights.append([completed(record(1)), *map(completed, done), *texts, *known[start + 3 :]])
        done += known[start : start + 3]
    folder = tmp_path_factory.mktemp("unreadable")
    return nights_in(folder, *nights, [completed(record(1)), *map(completed, done)])


def test_nights_with_texts_that_cannot_be_read_are_good(unreadable):
    assert [result.exit_code for result in unreadable.results] == [0] * 5
    assert unreadable.ears.deaf_to(number(1)) == []
    assert len(column(unreadable.order, STORED)) == 1 + len(UNREADABLE)
    told = set(column(unreadable.order, "SELECT DISTINCT kind FROM events WHERE NOT is_baseline"))
    assert told == {"completed"}


@pytest.mark.parametrize("place", range(len(UNREADABLE)), ids=list(UNREADABLE))
def test_a_text_that_cannot_be_read_is_set_aside_by_its_number_and_told_when_it_can(unreadable, place):
    """Or read, with an issue that says how. The change is told on that night or on the first that can read it."""
    nct_id = number(10 + place)
    proofs = column(unreadable.order, "SELECT proof FROM runs ORDER BY started_at")
    aside = nct_id in json.dumps(json.loads(proofs[1 + place // 3] or "{}").get("set_aside", []))
    noted = column(unreadable.order, f"SELECT count(*) FROM issues WHERE nct_id = '{nct_id}'") != [0]
    assert aside or noted
    assert not aside or nct_id in unreadable.ears.operator
    assert unreadable.ears.deaf_to(nct_id) == []


def test_a_new_trial_that_cannot_be_read_is_named_to_the_operator_with_the_reason(tmp_path):
    done = nights_in(tmp_path, [record(1)], [record(1), broken(fresh(2), b"NaN")])
    (entry,) = set_aside(done.order)
    assert number(2) in json.dumps(entry)
    assert number(2) in done.ears.operator
    assert column(done.order, STORED) == [number(1)]


def test_texts_that_cannot_be_read_are_seen_on_every_page_the_last_one_too(tmp_path):
    """A change to the code that dropped the error of the last page once passed every test."""
    texts = [broken(record(n), b"NaN") if n % 2 else record(n) for n in range(1, 6)]
    done = nights_in(tmp_path, texts, page_size=2)
    assert (done.results[0].exit_code, done.results[0].total_count) == (0, 5)
    assert column(done.order, STORED) == [number(2), number(4)]
    assert all(number(n) in json.dumps(set_aside(done.order)) for n in (1, 3, 5))
    assert len(set_aside(done.order)) == 3


@pytest.mark.parametrize(
    ("bad", "whole", "code"),
    [
        (4, 26, 3),
        pytest.param(4, 396, 0, marks=pytest.mark.slow),
        pytest.param(5, 395, 3, marks=pytest.mark.slow),
    ],
)
def test_more_than_three_and_more_than_one_in_a_hundred_refuse_the_night(tmp_path, bad, whole, code):
    texts = [broken(record(n), b"NaN") for n in range(1, bad + 1)]
    texts += [as_text(record(n)) for n in range(bad + 1, bad + whole + 1)]
    with RawRegistry([texts]) as registry:
        order = order_in(tmp_path, registry.url)
        result = run_watch(order)
    assert result.exit_code == code
    assert len(set_aside(order)) == bad
    assert not code or f"{bad} " in str(result.error)


def test_a_record_without_a_number_is_set_aside_where_its_text_holds_it_and_refuses_where_not(tmp_path):
    named = put(record(1), f"{PROTOCOL}.identificationModule", [{"nctId": number(1)}])
    nameless = edited(record(1), lambda copy: copy["protocolSection"]["identificationModule"].pop("nctId"))
    results = []
    with RawRegistry([[named, record(2)], [nameless, record(2)]]) as registry:
        for registry.night in range(2):
            results.append(run_watch(order_in(tmp_path, registry.url)))
    assert [result.exit_code for result in results] == [0, 3]
    assert "without an NCT number" in str(results[1].error)


@pytest.mark.parametrize("total", [str(10**30), '"1"', "1.5", "null", "-1", "[1]"])
def test_a_count_that_is_none_is_no_proof(tmp_path, total):
    with RawRegistry([[record(1)]], envelope={"totalCount": total}) as registry:
        result = run_watch(order_in(tmp_path, registry.url))
    assert (result.exit_code, str(result.outcome)) == (3, "refused")
    assert "how many trials" in str(result.error) or "says" in str(result.error)


@pytest.mark.parametrize("kilobytes", [80, 1000])
def test_a_long_text_of_dose_words_is_read_in_seconds(kilobytes):
    """80 kB once took 14 s and 1 MB never ended: patterns that begin anywhere and end nowhere."""

    def stop(*_):
        pytest.fail(f"{kilobytes} kB were not read within 6 s of work")

    words = "1x10^6 cells/kg infusion of 50 million MSC per dose at week 4, "
    study = record(1, descriptionModule={"detailedDescription": words * (kilobytes * 1000 // len(words))})
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 6)
    try:
        read_record(study)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
