"""What spares the reading of therapies work, and finds the same: guards before patterns, texts in lower case."""

from __future__ import annotations

import re
from functools import cache

import pytest

from mscwatch.replica.sample import sample_records
from mscwatch.therapy import (
    additions,
    amounts,
    counts,
    days,
    intervals,
    passages,
    rates,
    read_record,
    schedules,
    sessions,
    terms,
    times,
    vocabulary,
    words,
)
from mscwatch.therapy.passages import Passage
from mscwatch.vocabulary.patterns import pattern_of
from support.therapy import forget, modules, trial

OWN = (
    "MSC on four days, once daily", "MSC 2 x 50 million",
    "MSC q.2w x 4", "cells q2w", "UC-MSC over 24-h", "once a fortnight", "Two injections are given", "one 10E6/kg", "10⁶ MSC",
    "a total of three infusions", "another dose", "two boosters", "a second one at week 6", "the first infusion and then 2 doses",
    "followed six months later by sham at week 8", "MSC are injected at baseline", "cells 2 h after surgery", "4 cycles of MSC", "the second UC-MSC infusion",
    "An interval of two weeks", "three doses, a month apart", "1,000,000 cells", "(total 3) infusions", "n=3", "weekly (n = 3)",
    # a wording or more for each pattern of counts and intervals
    "MSC three times", "five in total", "a double infusion", "MSC x 3", "5x10^6 cells/kg x 4 doses", "the number of infusions is 3",
    "no. of doses: four", "MSC twice", "three of the many cultured and frozen and washed and thawed MSC infusions", "2-3 infusions",
    "two autologous fresh warm pure human living cell infusions", "3-dose regimen", "a one-off one", "a one-shot one",
    "in a single session", "as one procedure", "cells are given once", "MSC, 3 successive therapies", "2 consecutive sessions",
    "a gap of 2 weeks", "a break of 3 days", "time between infusions: 4 weeks", "a 2-week gap", "a 3-day pause", "spaced by 2 weeks",
    "separated by 10 days", "repeated after 3 months", "again in 2 weeks", "a booster at 6 months", "second MSC dose at 4 weeks",
)  # fmt: skip

CODED = {"nctId", "studyType", "type", "maximumAge"}  # fields of a record that hold no text


@cache
def sentences():
    """The sentences of the bundled records, and of our own, as they stand, in capitals and in small letters."""
    told = [one for record in sample_records().values() for one in passages.of_record(record).texts]
    found = [*terms.sentences(told), *(Passage("arm", text) for text in OWN)]
    changed = (one._replace(text=change(one.text)) for one in found for change in (str, str.upper, str.lower))
    return list(dict.fromkeys(changed))


def of_signs(reader):
    return lambda sentence: list(reader(amounts.plain_signs(sentence.text)))


GUARDS = [
    (amounts, "_MAY", of_signs(amounts.amounts)),
    (rates, "_MAY", of_signs(rates.rates.__wrapped__)),
    (times, "_MAY", of_signs(times.times.__wrapped__)),
    (counts, "_COUNT", lambda one: list(counts.told(one))),
    (intervals, "_LEADS", of_signs(intervals._stated)),
    (sessions, "_MAY", lambda one: list(sessions.day(one))),
    (days, "_NEEDED", lambda one: days.crosses_over(one.text)),
    (schedules, "_NTHS", lambda one: list(schedules.numbered(one))),
    (additions, "_ADDING", lambda one: additions.added([one])),
    (additions, "_FIRST", lambda one: additions.added([one])),
]


def opened(guard):
    """A guard that lets every text through: a pattern, texts of which one is needed, or these beside patterns."""
    if isinstance(guard, list):
        return [(("",), pattern) for _, pattern in guard]
    return ("",) if isinstance(guard, tuple) else pattern_of("")


@pytest.mark.parametrize(("module", "name", "read"), GUARDS, ids=lambda one: getattr(one, "__name__", None))
def test_a_guard_spares_nothing_that_would_be_found(monkeypatch, module, name, read):
    guarded = [read(one) for one in sentences()]
    assert any(guarded)
    monkeypatch.setattr(module, name, opened(getattr(module, name)))
    for sentence, found in zip(sentences(), guarded, strict=True):
        assert read(sentence) == found, sentence.text


@pytest.mark.parametrize("field", sorted(vocabulary._tables()))
def test_a_text_in_which_no_rule_may_begin_names_nothing(field):
    for text in {one.text for one in sentences()}:
        found = words.find(field, text)
        assert words.may_name(field, text) or not found, text
        assert all(words.may_name(field, text, one.value) for one in found), text


def test_the_words_of_guards_are_in_small_letters():
    needed = [need for table in (counts._COUNT, intervals._LEADS) for needs, _ in table for need in needs]
    needed += [
        *sessions._MAY,
        *times._MAY,
        *days._NEEDED,
        *schedules._NTHS,
        *additions._ADDING,
        *additions._FIRST,
    ]
    assert [need for need in needed if need != need.lower()] == []


def expressions(value):
    """The patterns of a module's global value that heed case, however they are gathered."""
    if type(value) is type(pattern_of("")):
        yield from [] if value.flags & re.IGNORECASE else [value]
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from expressions(one)


def has(letters, pattern):
    """Whether a pattern spells out letters of a class; one that admits all letters spells out none."""
    syntax = r"\\.|\(\?P<\w+>|\(\?P=\w+\)|\(\?-?[a-z]*[:)]|A-Za-z|a-zA-Z"
    return bool(re.search(letters, re.sub(syntax, "", pattern.pattern)))


def shouted(value, key=""):
    """A record with its texts in capitals."""
    if isinstance(value, dict):
        return {name: shouted(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [shouted(each, key) for each in value]
    return value.upper() if isinstance(value, str) and key not in CODED else value


def test_a_pattern_that_heeds_case_fits_the_case_of_its_texts(monkeypatch):
    """With capitals it would never match a text in lower case; without any, it would miss words in capitals."""
    heeding = {
        pattern: f"{module.__name__}.{key}"
        for module in modules()
        for key, value in vars(module).items()
        for pattern in expressions(value)
    }
    cased = {pattern: set() for pattern in heeding}

    def spied(pattern, method):
        plain, place = getattr(pattern, method), int(method == "sub")

        def spy(*given, **more):
            if re.search("[A-Za-z]", given[place]):
                cased[pattern].add(bool(re.search("[A-Z]", given[place])))
            return plain(*given, **more)

        return spy

    for pattern in heeding:
        for method in ("search", "match", "fullmatch", "finditer", "findall", "split", "sub"):
            monkeypatch.setattr(pattern, method, spied(pattern, method), raising=False)
    forget()
    for one in sample_records().values():
        read_record(shouted(one))
    for text in OWN:
        trial(how=text.upper(), detail=f"Patients receive {text}".upper())
    never = {place for one, place in heeding.items() if cased[one] == {False} and has("[A-Z]", one)}
    missing = {
        place
        for one, place in heeding.items()
        if True in cased[one] and has("[a-z]", one) and not has("[A-Z]", one)
    }
    assert (never, missing) == (set(), set())
    assert sum(map(bool, cased.values())) > 0.7 * len(cased)


@pytest.mark.parametrize("table", [counts._COUNT, intervals._LEADS], ids=["counts", "intervals"])
def test_every_pattern_behind_a_guard_finds_one_of_the_sentences(table):
    texts = [one.text.lower() for one in sentences()]
    for needs, pattern in table:
        assert [text for text in texts if pattern.search(text)] != [], (needs, pattern.pattern)
