"""What happened to the primary outcomes, and how far the trial was when it happened."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from mscwatch.changes import outcomes, rules
from mscwatch.changes.results import milestone
from support.records import edited, known, record, seen

MELD = {"measure": "Change in MELD score", "timeFrame": "24 weeks", "description": "From baseline"}
SAFETY = {"measure": "Number of adverse events", "timeFrame": "1 year"}
SURVIVAL = {"measure": "Overall survival", "timeFrame": "2 years"}


def trial(primary, secondary=(), **modules):
    return record(
        outcomesModule={"primaryOutcomes": list(primary), "secondaryOutcomes": list(secondary)}, **modules
    )


def told(before, after):
    return [outcomes.in_words(change) for change in outcomes.outcome_changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            trial([MELD]),
            trial([MELD | {"timeFrame": "48 weeks"}]),
            ['time frame of "Change in MELD score" changed: 24 weeks → 48 weeks'],
        ),
        (
            trial([MELD]),
            trial([MELD | {"measure": "Change in MELD-Na score"}]),
            ['measure changed: "Change in MELD score" → "Change in MELD-Na score"'],
        ),
        (
            trial([MELD]),
            trial([{"measure": "Change in MELD-Na score", "timeFrame": "1 year"}]),
            ['measure changed: "Change in MELD score" (24 weeks) → "Change in MELD-Na score" (1 year)'],
        ),
        (trial([MELD]), trial([MELD, SAFETY]), ['added: "Number of adverse events" (1 year)']),
        (trial([MELD, SAFETY]), trial([MELD]), ['dropped: "Number of adverse events" (1 year)']),
        (
            trial([MELD]),
            trial([SURVIVAL]),
            ['dropped: "Change in MELD score" (24 weeks)', 'added: "Overall survival" (2 years)'],
        ),
        (
            trial([MELD], [SURVIVAL]),
            trial([MELD, SURVIVAL]),
            ['promoted from secondary: "Overall survival" (2 years)'],
        ),
        (
            trial([MELD, SAFETY]),
            trial([MELD], [SAFETY]),
            ['demoted to secondary: "Number of adverse events" (1 year)'],
        ),
        (
            trial([MELD], [SURVIVAL]),
            trial([SURVIVAL], [MELD]),
            [
                'promoted from secondary: "Overall survival" (2 years)',
                'demoted to secondary: "Change in MELD score" (24 weeks)',
            ],
        ),
        (
            trial([MELD], [SURVIVAL]),
            trial([MELD, SURVIVAL], [SURVIVAL]),
            ['added: "Overall survival" (2 years)'],
        ),
        (
            trial([MELD, MELD | {"description": "At the end"}]),
            trial([MELD]),
            ['dropped: "Change in MELD score" (24 weeks)'],
        ),
        (trial([MELD]), record(), ['dropped: "Change in MELD score" (24 weeks)']),
        (record(), trial([MELD]), ['added: "Change in MELD score" (24 weeks)']),
        (
            trial([MELD, MELD | {"timeFrame": "48 weeks"}]),
            trial([MELD | {"timeFrame": "48 weeks"}, MELD | {"timeFrame": "72 weeks"}]),
            ['time frame of "Change in MELD score" changed: 24 weeks → 72 weeks'],
        ),
        (
            trial([MELD]),
            trial([{"measure": "Change in MELD score"}]),
            ['time frame of "Change in MELD score" changed: 24 weeks → none'],
        ),
    ],
)
def test_each_outcome_is_named_by_what_happened_to_it(before, after, words):
    assert told(before, after) == words


@pytest.mark.parametrize(
    "same",
    [
        [SAFETY, MELD],
        [MELD | {"measure": "CHANGE IN  meld score"}, SAFETY],
        [MELD | {"measure": "Change in MELD-score."}, SAFETY],
        [MELD | {"timeFrame": "24weeks"}, SAFETY],
        [MELD | {"timeFrame": "24\\-weeks"}, SAFETY],
        [MELD | {"timeFrame": "(24 weeks)"}, SAFETY],
        [MELD | {"description": "Another description"}, SAFETY],
        [MELD, SAFETY, MELD],
    ],
)
def test_order_case_spacing_markup_punctuation_and_descriptions_are_nothing(same):
    assert told(trial([MELD, SAFETY]), trial(same)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ALT > 40", "ALT < 40"),
        ("1.5 mg", "15 mg"),
        ("day 1, 5", "day 15"),
        ("Day -7 to 28", "Day 7 to 28"),
        ("CD34+ cells", "CD34 cells"),
        ("12 weeks", "12 months"),
        ("at 6, 12 months", "at 6 months"),
        ("serum albumin", "serum bilirubin"),
    ],
)
def test_a_word_a_number_or_a_sign_is_substance(one, other):
    assert outcomes.substance(one) != outcomes.substance(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("6-12 months", "6 – 12 months"),
        ("6 -12 months", "6-12 months"),
        ("follow-up", "followup"),
        ("≥ 50 %", ">=50%"),
        ("Safety & efficacy", "Safety and efficacy"),
        ("p &lt; 0.05", "p \\< 0.05"),
        ("**ALT**, AST", "ALT; AST"),
        ("10 m²", "10 m2"),
    ],
)
def test_the_same_in_other_signs_is_no_substance(one, other):
    assert outcomes.substance(one) == outcomes.substance(other)


def test_each_outcome_finds_its_most_similar_partner_whatever_the_order():
    before = trial([{"measure": "Change in liver stiffness at rest"}, {"measure": "Change in serum albumin"}])
    after = trial([{"measure": "Change in serum albumin level"}, {"measure": "Change in liver stiffness"}])
    assert [
        (change.kind, change.before.measure[:15], change.after.measure[:15])
        for change in outcomes.outcome_changes(before, after)
    ] == [
        ("measure changed", "Change in serum", "Change in serum"),
        ("measure changed", "Change in liver", "Change in liver"),
    ]


def test_all_of_a_night_is_one_event_that_lists_everything_with_the_milestone():
    before = trial([MELD, SAFETY], [SURVIVAL])
    after = trial([MELD | {"timeFrame": "48 weeks"}, SURVIVAL])
    (event,) = rules.changed(known(before), seen(after), datetime(2022, 10, 6, 9))
    assert event.kind == "primary_outcome_changed"
    assert event.summary == (
        'Primary outcomes changed after start: time frame of "Change in MELD score" changed: 24 weeks → 48 weeks; '
        'promoted from secondary: "Overall survival" (2 years); dropped: "Number of adverse events" (1 year)'
    )
    assert json.loads(event.before) == [MELD, SAFETY]
    assert json.loads(event.after) == [MELD | {"timeFrame": "48 weeks"}, SURVIVAL]


def test_a_list_that_was_not_there_is_null_in_the_event():
    (event,) = rules.changed(known(record()), seen(trial([MELD])), datetime(2022, 10, 6, 9))
    assert event.before is None


def dated(status, start=None, primary_completion=None, *, has_results=False):
    def struct(told):
        found, _, kind = (told or "").partition(" ")
        return {"date": found, "type": kind} if told else {}

    one = record(status=status)
    one["protocolSection"]["statusModule"] |= {
        "startDateStruct": struct(start),
        "primaryCompletionDateStruct": struct(primary_completion),
    }
    return edited(one, lambda copy: copy.update(hasResults=has_results))


@pytest.mark.parametrize(
    ("one", "stage"),
    [
        (dated("NOT_YET_RECRUITING", "2022-11 ESTIMATED"), "before start"),
        (dated("NOT_YET_RECRUITING", "2022-09 ESTIMATED"), "before start"),
        (dated("WITHDRAWN", "2021-01 ESTIMATED", "2022-01 ESTIMATED"), "before start"),
        (dated("RECRUITING", "2022-11 ESTIMATED"), "after start"),
        (dated("RECRUITING", "2020-01 ACTUAL", "2022-05 ESTIMATED"), "after start"),
        (dated("RECRUITING", "2020-01 ACTUAL", "2022-05 ACTUAL"), "after primary completion"),
        (dated("ACTIVE_NOT_RECRUITING", "2020-01 ACTUAL", "2022-05 ESTIMATED"), "after primary completion"),
        (dated("ACTIVE_NOT_RECRUITING", "2020-01 ACTUAL", "2022-11 ESTIMATED"), "after start"),
        (dated("UNKNOWN", "2022-10-06", "2023-01"), "after start"),
        (dated("UNKNOWN", "2022-10", "2023-01"), "before start"),
        (dated("UNKNOWN", "2020", "2021-12"), "after primary completion"),
        (dated("UNKNOWN"), "at an unstated moment"),
        (dated("COMPLETED"), "after primary completion"),
        (dated("COMPLETED", "2020-01", "2021-01", has_results=True), "after results posted"),
        (dated("TERMINATED", "2020-01"), "after start"),
    ],
)
def test_the_milestone_comes_from_results_status_and_dates(one, stage):
    assert milestone(one, date(2022, 10, 6)) == stage
