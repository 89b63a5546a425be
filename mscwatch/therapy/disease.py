"""The patients' disease: the indication group and the aetiology, from what the trial says that it enrols.

Titles come before conditions, and conditions before the sentences of a description about its own patients. A cause in
the eligibility criteria counts only where it is said to have caused the disease.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mscwatch.therapy.model import NOT_STATED, Evidence
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.words import Found, find, names
from mscwatch.vocabulary import Confidence

Told = tuple[str, Confidence, tuple[Evidence, ...]]

_GROUPS = ("transplant", "liver_failure", "cirrhosis", "other_liver")
_CAUSED = re.compile(
    r"caused by|related|due to|result|induced|secondary|attribut|associated|etiolog|aetiolog|diagnos|cirrho|"
    r"patients with|chronic",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(
    r"\bany\b|regardless|irrespective|various|\be\.g|\betc|"
    r"\bif\b|\bneed|\bmust\b|\bshould\b|\bwho (?:have|are) (?:on|taking)|negative|treated for",
    re.IGNORECASE,
)
_MANY = 3


def indication(passages: Passages) -> Told:
    """The indication group (`none` without a liver disease), its confidence and its evidence."""
    about_others = any(names("other_disease", title.text) for title in passages.titles) and not any(
        names("indication", title.text) for title in passages.titles
    )
    against_host = any(names("graft_versus_host", title.text) for title in passages.titles)
    if about_others or against_host or not _of_cells(passages):
        return "none", Confidence.MEDIUM, ()
    tiers = (
        (passages.titles[:1], Confidence.HIGH),
        (passages.titles, Confidence.HIGH),
        ((*passages.conditions, *passages.keywords), Confidence.MEDIUM),
    )
    specific: Told | None = None
    for tier, confidence in tiers:
        found = {
            one.value: (text, one)
            for text in reversed(tier)
            for one in reversed(find("indication", text.text))
        }
        group = next((group for group in _GROUPS if group in found), None)
        if group is None:
            continue
        text, one = found[group]
        told = group, confidence, (_evidence(text, one, "the disease in the titles, else in the conditions"),)
        if group != _GROUPS[-1] or any(names("named_disease", title.text) for title in tier):
            return told
        specific = specific or told
    return specific or ("none", Confidence.MEDIUM, ())


def aetiology(passages: Passages) -> tuple[tuple[str, ...], Confidence, tuple[Evidence, ...]]:
    """The causes of the enrolled patients' liver disease, their confidence and their evidence."""
    tiers = (
        (passages.titles, Confidence.HIGH),
        ((*passages.conditions, *passages.keywords), Confidence.HIGH),
        (_own_patients(passages.summary), Confidence.MEDIUM),
        (_own_patients(passages.description), Confidence.MEDIUM),
        (_entry(passages.inclusion), Confidence.LOW),
    )
    for tier, confidence in tiers:
        found = [(text, one) for text in tier for one in find("aetiology", text.text)]
        if found:
            evidence = {
                one.value: _evidence(text, one, "the cause of the disease") for text, one in reversed(found)
            }
            return (
                tuple(dict.fromkeys(one.value for _, one in found)),
                confidence,
                tuple(reversed(evidence.values())),
            )
    return (NOT_STATED,), Confidence.HIGH, ()


def _of_cells(passages: Passages) -> bool:
    """Whether the record names cells at all: the review groups only cell therapies."""
    spoken = (
        *passages.titles,
        *passages.product,
        *passages.keywords,
        *passages.conditions,
        *passages.summary,
    )
    return any(names("product", passage.text) or names("cell_type", passage.text) for passage in spoken)


def _own_patients(passages: Iterable[Passage]) -> Iterator[Passage]:
    for passage in passages:
        for sentence in passage.sentences():
            if (
                names("own", sentence.text)
                and names("indication", sentence.text)
                and not names("background", sentence.text)
            ):
                yield sentence


def _entry(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Inclusion criteria that name what caused the disease, unless they are conditions on treatment."""
    for passage in passages:
        for sentence in passage.sentences():
            causes = {found.value for found in find("aetiology", sentence.text)}
            told = _CAUSED.search(sentence.text) and not names("background", sentence.text)
            if 0 < len(causes) < _MANY and told and not _CONDITIONAL.search(sentence.text):
                yield sentence


def _evidence(passage: Passage, found: Found, rule: str) -> Evidence:
    return Evidence(passage.path, passage.text[found.start : found.end], rule)
