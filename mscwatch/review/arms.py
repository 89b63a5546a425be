"""How many people got the cells and how many did not, from the numbers of people in an abstract. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.review.groups import OF_A_DOSE, Arm, Group, arms_of, names_control, sides_of, whose_words
from mscwatch.review.people import Counted, Size, around, counts, is_share, ours
from mscwatch.review.totals import clause_to_next, of_a_case_report, total_of
from mscwatch.vocabulary.patterns import pattern_of

_PATIENT_AS_CONTROL = pattern_of(
    r"\b(?:contralateral|opposite|fellow) (?:\w+ )?(?:knee|eye|limb|leg|hip|side|hand|joint|foot)s?\b|\b(?:the other"
    r"|untreated) (?:knee|eye|leg|hip)\b"
    r"|\b(?:their|his|her|its|as) own controls?\b|\bself-?control|\bsplit-?(?:body|face|mouth)\b",
    re.IGNORECASE,
)
_GROUPS_LISTED = pattern_of(r"\b(?:groups|arms):\s(?P<groups>.+)")
_HALVES = pattern_of(
    r"\b(?:two|2) equal (?:groups|arms)|\bequally (?:divided|randomi[sz]ed|allocated|assigned)"
    r"|\bdivided (?:\w+ )?equally\b",
    re.IGNORECASE,
)
_MORE_GROUPS = pattern_of(
    r"\b(?:three|four|five|six|[3-6])\s+(?:\w+\s+){0,2}(?:groups|arms|cohorts)\b|\b(?:low|high)[- ]dose\b",
    re.IGNORECASE,
)
_OR = r"\b(?:or|and|vs\.?|versus)"
_TWO_KINDS_OF_CELLS = pattern_of(
    rf"\ballo(?:gen\w+|-)?[^.;,]{{0,20}}{_OR} auto|\bauto(?:log\w+|-)?[^.;,]{{0,20}}{_OR} allo"
    rf"|\blow(?:er)?[- ]dose\b[^;]{{0,60}}{_OR} (?:an? |the )?high",
    re.IGNORECASE,
)
_SHARE_OF = pattern_of(
    r"(?<![\d./])\d{1,4}(?:\s?/\s?|\s(?:out\s)?of\s(?:the\s)?)(?P<whole>\d{1,4})\b(?![./]\d|\s?%)"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of people with and without the cells, with their words; None where an abstract does not say."""

    treated: Size | None = None
    control: Size | None = None


def sizes(told: Sequence[Sentence], *, is_controlled: bool) -> Sizes:
    """The sizes of the groups. `is_controlled`: whether the design compares people with others."""
    sentences = ours(told)
    arms = _arms(sentences)
    controls = {arm.count for arm in arms if arm.group is Group.CONTROL and arm.behind_head}
    total = total_of(sentences, controls) or of_a_case_report(told)
    own_control = _own_control(sentences)
    if own_control and total:
        return Sizes(total, (0, own_control))
    treated, control = _together(arms)
    if treated and control:
        return Sizes(treated, control)
    if control and total and total[0] < control[0]:  # so that these are no part of them
        return Sizes(total, control)
    if not is_controlled:
        single = _in_steps(arms) or total or treated
        return Sizes(single, (0, single[1]) if single else None)
    if treated and _all_have_cells(arms):
        return Sizes(treated, (0, treated[1]))
    if total and (_named_groups_have_cells(total[1].sentence) or _cells_are_compared(told)):
        return Sizes(total, (0, total[1]))
    if halves := _halves(sentences, total):
        return Sizes(halves, halves)
    return Sizes(treated, None) if treated else _of_shares(sentences, total)


def _in_steps(arms: list[Arm]) -> Size | None:
    """The sum of those who got one dose after another, where one sentence counts each: "three received 1 million"."""
    by_sentence: dict[int, list[Arm]] = {}
    for arm in arms:
        if arm.count.way is not Counted.EQUALS and OF_A_DOSE.search(clause_to_next(arm.count)):
            by_sentence.setdefault(arm.count.sentence.place, []).append(arm)
    steps = [step for step in by_sentence.values() if len(step) > 1]
    return _side(steps[0], Group.CELLS) if steps else None


def _of_shares(told: tuple[Sentence, ...], total: Size | None) -> Sizes:
    """The sizes of both groups by how many of each had a finding: "(6/11) in the MSC group and (7/13) in the other"."""
    for sentence in told:
        shares, sides = list(_SHARE_OF.finditer(sentence.text)), sides_of(sentence.text)
        numbers = [int(share["whole"]) for share in shares[:2]]
        if len(numbers) == len(sides) == 2 and (not total or sum(numbers) <= total[0] < 2 * sum(numbers)):  # noqa: PLR2004
            quotes = [Quote(sentence, share.start(), share.end()) for share in shares]
            size = dict(zip(sides, zip(numbers, quotes, strict=False), strict=True))
            return Sizes(size[Group.CELLS], size[Group.CONTROL])
    return Sizes()


def has_control(told: Sequence[Sentence]) -> Quote | None:
    """The words of a group without the cells that is counted beside one with them, or of the size of each group."""
    treated, control = _together(_arms(ours(told)))
    each = (count for one in ours(told) if names_control(one.text) for count in counts(one))
    if treated and control:
        return control[1]
    return next((count.quote for count in each if count.way is Counted.EACH), None)


def _arms(sentences: tuple[Sentence, ...]) -> list[Arm]:
    return [arm for sentence in sentences for arm in arms_of(sentence, sentences)]


def _together(arms: list[Arm]) -> tuple[Size | None, Size | None]:
    """The sizes of both sides: from the first sentence that counts both, else the largest number of each."""
    by_sentence: dict[int, list[Arm]] = {}
    for arm in arms:
        if arm.group in (Group.CELLS, Group.CONTROL):
            by_sentence.setdefault(arm.count.sentence.place, []).append(arm)
    for both in sorted(by_sentence.values(), key=lambda arms: arms[0].count.sentence.part is Part.CONCLUSION):
        cells, control = _side(both, Group.CELLS), _side(both, Group.CONTROL)
        if cells and control:
            return cells, control
    return _largest(by_sentence.values(), Group.CELLS), _largest(by_sentence.values(), Group.CONTROL)


def _largest(sentences: Iterable[list[Arm]], group: Group) -> Size | None:
    found = (size for told in sentences if (size := _side(told, group)))
    return max(found, key=lambda size: size[0], default=None)


def _side(arms: Iterable[Arm], group: Group) -> Size | None:
    """The sum of one side in one sentence, with the words from its first number to its last."""
    side = [
        arm.count
        for arm in arms
        if arm.group is group and (arm.count.way is Counted.EQUALS or not is_share(arm.count))
    ]
    people = [count for count in side if not count.of_parts] or side  # not their hips and knees
    grouped = [count for count in people if count.way is Counted.EQUALS] or people
    if not grouped:
        return None
    return sum(count.number for count in grouped), around(grouped[0]).to(around(grouped[-1]))


def _own_control(told: tuple[Sentence, ...]) -> Quote | None:
    for sentence in told:
        if sentence.part is Part.METHODS and (match := _PATIENT_AS_CONTROL.search(sentence.text)):
            return Quote(sentence, match.start(), match.end())
    return None


def _all_have_cells(arms: list[Arm]) -> bool:
    groups = [arm.group for arm in arms if arm.count.way is Counted.EQUALS]
    return len(groups) > 1 and set(groups) == {Group.CELLS}


def _cells_are_compared(told: Sequence[Sentence]) -> bool:
    """Whether a study compares donors or doses, and nowhere names a control."""
    return any(_TWO_KINDS_OF_CELLS.search(one.text) for one in told) and not any(
        names_control(one.text) for one in told
    )


def _named_groups_have_cells(sentence: Sentence) -> bool:
    """Whether a sentence names two groups or more without their sizes, and all get the cells."""
    listed = _GROUPS_LISTED.search(sentence.text)
    groups = re.split(r"[,;]? and |; ", listed["groups"]) if listed else []
    return len(groups) > 1 and all(whose_words(group) is Group.CELLS for group in groups)


def _halves(told: tuple[Sentence, ...], total: Size | None) -> Size | None:
    """The size of each of two groups: "two groups of 20", "20 in each group", "two equal groups"."""
    if total is None and any(_MORE_GROUPS.search(sentence.text) for sentence in told):
        return None
    for sentence in told:
        for count in counts(sentence):
            if count.way is Counted.EACH and (total is None or 2 * count.number == total[0]):
                return count.number, count.quote
        if total and (match := _HALVES.search(sentence.text)) and total[0] % 2 == 0:
            return total[0] // 2, total[1].to(Quote(sentence, match.start(), match.end()))
    return None
