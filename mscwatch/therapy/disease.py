"""The patients' disease: the indication group and the aetiology, from what the trial says that it enrols.

Titles come before conditions, and conditions before the sentences of a description about its own patients. A cause in
the eligibility criteria counts only where it is said to have caused the disease.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mscwatch.therapy import terms
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import DESCRIPTION, SUMMARY, TITLES, Told
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary.patterns import pattern_of

_GROUPS = ("transplant", "liver_failure", "cirrhosis", "other_liver")
_CAUSED = pattern_of(
    r"caused by|related|due to|result|induced|secondary|attribut|associated|etiolog|aetiolog|diagnos|cirrho|"
    r"patients with|chronic",
    re.IGNORECASE,
)
_CONDITIONAL = pattern_of(
    r"\bany\b|other (?:causes?|a?etiolog)|regardless|irrespective|various|\be\.g|\betc|"
    r"\bif\b|\bneed|\bmust\b|\bshould\b|\bwho (?:have|are) (?:on|taking)|negative|treated for",
    re.IGNORECASE,
)
_MANY = 3


def indication(passages: Passages) -> Told:
    """The indication group, `none` without a liver disease; the review groups only cell therapies."""
    told = _indication(passages)
    return told if told and _names_cells(passages) else Told()


def _indication(passages: Passages) -> Told:
    about_others = any(names("other_disease", title.text) for title in passages.titles) and not any(
        names("indication", title.text) for title in passages.titles
    )
    against_host = any(names("graft_versus_host", title.text) for title in passages.titles)
    if about_others or against_host:
        return Told()
    tiers = (
        (TITLES, passages.titles[:1]),
        (TITLES, passages.titles),
        ("in the conditions", (*passages.conditions, *passages.keywords)),
    )
    specific = Told()
    for name, tier in tiers:
        found = {
            one.value: (text, one)
            for text in reversed(tier)
            for one in reversed(find("indication", text.text))
        }
        group = next((group for group in _GROUPS if group in found), None)
        if group is None:
            continue
        read = terms.told("indication_group", [found[group]], name)
        if group != _GROUPS[-1] or any(names("named_disease", title.text) for title in tier):
            return read
        specific = specific or read
    return specific


def aetiology(passages: Passages) -> Told:
    """The causes of the enrolled patients' liver disease."""
    return terms.first(
        "aetiology",
        (
            (TITLES, passages.titles),
            ("in the conditions", (*passages.conditions, *passages.keywords)),
            (SUMMARY, _own_patients(terms.naming("aetiology", passages.summary))),
            (DESCRIPTION, _own_patients(terms.naming("aetiology", passages.description))),
            ("in the criteria", _entry(terms.naming("aetiology", passages.inclusion))),
        ),
    )


def _names_cells(passages: Passages) -> bool:
    """Whether the record names cells at all."""
    spoken = (
        *passages.titles,
        *passages.product,
        *passages.keywords,
        *passages.conditions,
        *passages.summary,
    )
    return any(terms.names_cells(passage.text) for passage in spoken)


def _own_patients(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The sentences that say which liver disease the trial's own patients have."""
    for one in terms.sentences(passages):
        if names("own", one.text) and names("indication", one.text) and not names("background", one.text):
            yield one


def _entry(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Inclusion criteria that name what caused the disease, unless they are conditions on treatment."""
    for one in terms.sentences(passages):
        causes = {found.value for found in find("aetiology", one.text)}
        caused = _CAUSED.search(one.text) and not names("background", one.text)
        if 0 < len(causes) < _MANY and caused and not _CONDITIONAL.search(one.text):
            yield one
