"""How many people got the cells and how many did not, from the numbers of people in an abstract. Pure.

A number belongs to the words beside it: "(n = 15)" to those before it, "15 patients received" to those after it. A group
with another name beside a group of the cells is its control. Of the enrolled, the treated and the analysed the largest
number of the groups counts, which is that of the enrolled or treated; the evidence shows which words it stands with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.review.people import Count, Counted, counts, is_share, ours
from mscwatch.therapy.words import find

_LABEL = 80  # characters of a group's name
_NEAR = 150  # characters on each side of a number that may say whose it is
_CONTROL = re.compile(
    r"\b(?:controls?|placebo|saline|sham|vehicle|untreated|standard(?: of)? care|(?:standard|conventional|routine|usual|basic|optimal|best|common|comprehensive) "
    r"(?:medical |supportive |internal )?(?:treatments?|therap(?:y|ies)|care|management|medications?)|supportive (?:care|treatment|therapy)"
    r"|no (?:treatment|cells?|intervention|infusion|injection)|(?-i:SMT|SOC|SMC))\b|\b(?:alone|only)\b|\bwithout (?:\w+[ -]){0,3}(?:cells?|\w*MSCs?|transplantation|infusion)",
    re.IGNORECASE,
)
_GROUP_OF_CELLS = re.compile(
    r"\b(?:(?:treatment|treated|intervention|experimental|study|test|transplant(?:ed|ation)?|infusion|injection|therapy|proposed|novel|new|cells?(?:-\w+)?|stem[ -]cells?|\w*MSCs?)[\s-]+"
    r"(?:group|arm|cohort|technique|method|procedure|treatment)s?)\b",
    re.IGNORECASE,
)
_INTERVENTION = re.compile(r"\b(?:intervention|treatment|treated|experimental|transplantation|transplanted|infusion)\s*\W*$", re.IGNORECASE)
_CONTROL_GROUP = re.compile(r"\b(?:control|placebo|sham|saline|standard|conventional|comparison|comparator|untreated)\w*[\s-]+(?:\w+[\s-]+)?(?:group|arm|cohort)s?\b|\bcontrols?\b|\bplacebo\b|\balone\b|\bonly\b", re.IGNORECASE)
_OUT = re.compile(r"\bwithout (?:\w+[ -]){0,3}(?:cells?|\w*MSCs?|transplantation|infusion)", re.IGNORECASE)
_OTHERS = re.compile(r"\b(?:healthy|normal|donors?|volunteers?)\b[^;,]*$", re.IGNORECASE)
_NAME = re.compile(r"\b(?:group|arm|cohort)\s+(?P<name>[A-Z1-9]|I{1,3}|IV)\b", re.IGNORECASE)
_NAMED_LAST = re.compile(rf"{_NAME.pattern}\W*$", re.IGNORECASE)
_OF_A_DOSE = re.compile(r"\bdos(?:e|es|age)\b|\bcohort\b|\d\s?[x×]\s?10|\bmillion\b|/kg", re.IGNORECASE)
_GROUP_HAS = re.compile(
    r"\b(?:group|arm|cohort)\s+(?:(?:of|with|includ\w+|compris\w+|consist\w+|had|has|contain\w+|was|were|involv\w+)\s+){0,2}$", re.IGNORECASE
)
_SUBSTANCE = re.compile(r"[A-Za-z]{2,}[^()]*[A-Za-z]{2,}")
_LISTED = re.compile(r"^[\s,;:()]*(?:and|or|versus|vs\.?|group|arm|the|\W)*\s*$", re.IGNORECASE)
_PATIENT_AS_CONTROL = re.compile(
    r"\b(?:contralateral|opposite|other|fellow|untreated) (?:knee|eye|limb|leg|hip|side|hand|joint)s?\b|\b(?:their|his|her|its|as) own controls?\b|\bself-?control|\bhistorical? baseline\b|\bsplit-?(?:body|face|mouth)\b"
    r"|\bboth (?:knees|eyes|legs|sides)\b|\bbilateral (?:\w+ )?(?:knee|eye|hip|limb)s?\b",
    re.IGNORECASE,
)
_TREATED = re.compile(
    r"\b(?:treated|received|underwent|injected|transplanted|infused|given|administered|implanted|enrolled|included|recruited|randomi[sz]ed|assigned|allocated|divided|participated|entered|comprised|consisted|involved|studied)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\W*(?:in which|who|whom|which|that|receiving|treated|undergoing)\b[^.;]*", re.IGNORECASE)
_SPLIT = re.compile(r"\binto\b|\b(?:two|three|four|2|3|4)\s+(?:\w+\s+){0,2}(?:groups|arms|cohorts)\b|\beither\b|\b[123]:[123]\b", re.IGNORECASE)
_HALVES = re.compile(r"\b(?:two|2) equal (?:groups|arms)|\bequally (?:divided|randomi[sz]ed|allocated|assigned)|\bdivided (?:\w+ )?equally\b", re.IGNORECASE)
_GOT = re.compile(r"\b(?:received|underwent|(?:were|was) (?:treated|injected|infused|transplanted|given|implanted))\b", re.IGNORECASE)
_AGAIN = re.compile(r"\b(?:second|third|repeat\w*|again|additional|another)\b", re.IGNORECASE)
_SUBSET = re.compile(r"\b(?:follow(?:ed)?[- ]?up|biops\w*|died|deaths?|complet\w*|withdr\w*|dropped|lost|evaluat\w*|assess\w*|arthroscop\w*|consent\w*|respon\w*|developed|experienced|achieved|showed|had)\b", re.IGNORECASE)


class Group(StrEnum):
    """Who a number of people is."""

    CELLS = "cells"
    CONTROL = "control"
    NAMED = "named"  # a group with a name that says neither
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Arm:
    """A number of people and whose it is."""

    count: Count
    group: Group


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of people with and without the cells, each with its words; None where an abstract does not say."""

    treated: tuple[int, Quote] | None = None
    control: tuple[int, Quote] | None = None
    same_people: bool = False  # each patient is the own control


def sizes(told: Sequence[Sentence], *, is_controlled: bool) -> Sizes:
    """The sizes of the groups. `is_controlled`: whether the design compares people with others."""
    sentences = tuple(ours(tuple(told)))
    total = _total(sentences)
    own_control = _own_control(sentences)
    if own_control and total:
        return Sizes(total, (0, own_control), same_people=True)
    arms = [arm for sentence in sentences for arm in _arms(sentence, sentences)]
    treated, control = _together(arms)
    if control:
        return Sizes(treated, control)
    if not is_controlled:
        single = total or treated
        return Sizes(single, (0, single[1]) if single else None)
    if treated and _all_have_cells(arms):
        return Sizes(treated, (0, treated[1]))
    if total and (halves := _halves(sentences, total)):
        return Sizes(halves, halves)
    return Sizes(treated, None)


def has_control(told: Sequence[Sentence]) -> Quote | None:
    """The words of a group without the cells that is counted beside one with them."""
    sentences = tuple(ours(tuple(told)))
    _, control = _together([arm for sentence in sentences for arm in _arms(sentence, sentences)])
    return control[1] if control else None


def _arms(sentence: Sentence, told: tuple[Sentence, ...]) -> list[Arm]:
    """The numbers of a sentence that belong to groups. A named group beside one of the cells is the control."""
    found = counts(sentence)
    arms: list[Arm] = []
    for index, count in enumerate(found):
        start = found[index - 1].quote.end if index else 0
        end = found[index + 1].quote.start if index + 1 < len(found) else len(sentence.text)
        before = sentence.text[max(start, count.quote.start - _NEAR) : count.quote.start]
        after = sentence.text[count.quote.end : min(end, count.quote.end + _NEAR)]
        if count.way is Counted.EACH:
            continue
        arms.append(Arm(count, _whose(count, before, after, told)))
    return _beside(arms)


def _whose(count: Count, before: str, after: str, told: tuple[Sentence, ...]) -> Group:
    if count.way is Counted.EQUALS:
        return _whose_in_brackets(before, after, told)
    if (own := _told_by(count.quote.words, nearest_last=True)) in (Group.CELLS, Group.CONTROL):
        return own  # "10 control patients"
    if _GROUP_HAS.search(before):
        return _told_by(before, nearest_last=True)
    clause = _clause(after)
    if _SPLIT.search(clause):
        return Group.UNKNOWN
    return _told_by(clause, nearest_last=False) if not _LISTED.match(clause) else Group.UNKNOWN


def _whose_in_brackets(before: str, after: str, told: tuple[Sentence, ...]) -> Group:
    """Whose a number is that stands behind its group: "(n = 20)"."""
    if _OTHERS.search(before[-40:]):
        return Group.UNKNOWN
    if named := _NAMED_LAST.search(before):
        later = _told_by(_clause(after), nearest_last=False)
        return later if later in (Group.CELLS, Group.CONTROL) else _by_name(named["name"], told)
    group = _told_by(before, nearest_last=True)
    if group is Group.NAMED and (relative := _RELATIVE.match(after)):
        return _told_by(relative[0], nearest_last=False)
    return Group.CELLS if group is Group.NAMED and _OF_A_DOSE.search(before[-40:]) else group


def _clause(after: str) -> str:
    return re.split(r"[;:]\s|\.\s", after, maxsplit=1)[0]


def _told_by(words: str, *, nearest_last: bool) -> Group:
    """Whose a number is by the words on one side of it; a group's own name beside the number decides first."""
    said = _OUT.sub(lambda match: "-" * len(match[0]), words)
    if nearest_last and _INTERVENTION.search(said):
        return Group.CELLS
    groups = [(match.start(), Group.CELLS) for match in _GROUP_OF_CELLS.finditer(said)]
    groups += [(match.start(), Group.CONTROL) for match in _CONTROL_GROUP.finditer(said)]
    if groups:
        return (max if nearest_last else min)(groups)[1]
    if _OUT.search(words):
        return Group.CONTROL
    if find("product", said):
        return Group.CELLS
    if _CONTROL.search(words):
        return Group.CONTROL
    return Group.NAMED if _SUBSTANCE.search(words) else Group.UNKNOWN


def _by_name(name: str, told: tuple[Sentence, ...]) -> Group:
    """Whose a group is that has only a letter or a number, from where a sentence says what it got."""
    pattern = re.compile(rf"\b(?:group|arm|cohort)\s+{re.escape(name)}\b(?P<rest>.{{0,{_NEAR}}})", re.IGNORECASE)
    for sentence in told:
        for match in pattern.finditer(sentence.text):
            rest = _NAME.split(_clause(match["rest"]))[0]
            if re.search(r"\b(?:received|treated|underwent|given|injected|was|were|had|got)\b", rest):
                group = _told_by(rest, nearest_last=False)
                if group in (Group.CELLS, Group.CONTROL):
                    return group
    return Group.UNKNOWN


def _beside(arms: list[Arm]) -> list[Arm]:
    """The arms; what is named beside a group of the cells, in the same way, is a control."""
    ways = {arm.count.way for arm in arms if arm.group is Group.CELLS}
    return [
        Arm(arm.count, Group.CONTROL)
        if arm.group is Group.NAMED and arm.count.way in ways & {Counted.EQUALS}
        else arm
        for arm in arms
    ]


Size = tuple[int, Quote]


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
    sides = [
        max((size for told in by_sentence.values() if (size := _side(told, group))), key=lambda size: size[0], default=None)
        for group in (Group.CELLS, Group.CONTROL)
    ]
    return (sides[0], sides[1]) if sides[0] and sides[1] else (sides[0], None)


def _side(arms: Iterable[Arm], group: Group) -> Size | None:
    """The sum of one side in one sentence, with the words from its first number to its last."""
    side = [arm.count for arm in arms if arm.group is group and (arm.count.way is Counted.EQUALS or not is_share(arm.count))]
    grouped = [count for count in side if count.way is Counted.EQUALS] or side
    if not grouped:
        return None
    return sum(count.number for count in grouped), _around(grouped[0]).to(_around(grouped[-1]))


def _around(count: Count) -> Quote:
    """The number with the words that say whose it is, as far as they are near."""
    text, quote = count.sentence.text, count.quote
    if count.way is Counted.EQUALS:
        opened = text.rfind("(", 0, quote.start) + 1
        label = _SUBSTANCE.search(text, opened, quote.start) and quote.start - opened < _LABEL
        marks = (",", ";", ":", ". ", ")")
        start = opened if label else max(text.rfind(mark, 0, quote.start) for mark in marks) + 1
        start = max(start, quote.start - _LABEL)
        return Quote(count.sentence, _word_start(text, start), _closed(text, quote.end))
    end = next((place for place in range(quote.end, min(len(text), quote.end + 80)) if text[place] in ",;:"), 0)
    return Quote(count.sentence, quote.start, end or _word_end(text, quote.end + 60))


def _word_start(text: str, place: int) -> int:
    while 0 < place < len(text) and text[place - 1].isalnum():
        place += 1
    return min(place, len(text))


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    return max(text.rfind(" ", 0, place), 0) or len(text)


def _closed(text: str, place: int) -> int:
    return place + 1 if text[place : place + 1] in (")", "]") else place


def _total(told: tuple[Sentence, ...]) -> Size | None:
    """The largest number of people whom the study treated, or else enrolled; knees count only where no people do.

    Those said to have got the cells count, unless they are so few that they must be a part: "six had a second infusion".
    """
    nouns = [count for sentence in told for count in counts(sentence) if count.way is not Counted.EACH]
    people = [count for count in nouns if not count.of_parts and count.way is Counted.NOUN]
    enrolled = _largest(count for count in people if _is_enrolled(count))
    treated = _largest(count for count in nouns if not count.of_parts and _got_cells(count))
    if enrolled and treated and 2 * treated.number >= enrolled.number:
        enrolled = treated
    largest = (
        enrolled
        or treated
        or _largest(count for count in people if count.sentence.part is not Part.CONCLUSION)
        or _largest(count for count in nouns if count.way is Counted.NOUN and _is_enrolled(count))
    )
    return (largest.number, _around(largest)) if largest else None


def _largest(found: Iterable[Count]) -> Count | None:
    return max(found, key=lambda count: count.number, default=None)


def _got_cells(count: Count) -> bool:
    """Whether the words behind a number say that these people got the cells."""
    clause = _clause(count.sentence.text[count.quote.start : count.quote.end + _NEAR])
    got = _GOT.search(clause)
    return bool(got and not _SUBSET.search(clause[: got.start()]) and find("product", clause[got.start() :]) and not _AGAIN.search(clause))


def _is_enrolled(count: Count) -> bool:
    """Whether the words beside a number say that these people were enrolled or treated."""
    text, quote = count.sentence.text, count.quote
    before = re.split(r"[;.]\s", text[max(0, quote.start - 60) : quote.start])[-1]
    after = re.split(r"[;.]\s", text[quote.end : quote.end + _NEAR])[0]
    near = _TREATED.search(after)
    if near and not _SUBSET.search(after[: near.start()]):
        return True
    return bool(_TREATED.search(before))


def _own_control(told: tuple[Sentence, ...]) -> Quote | None:
    for sentence in told:
        if sentence.part is Part.METHODS and (match := _PATIENT_AS_CONTROL.search(sentence.text)):
            return Quote(sentence, match.start(), match.end())
    return None


def _all_have_cells(arms: list[Arm]) -> bool:
    groups = [arm.group for arm in arms if arm.count.way is Counted.EQUALS]
    return len(groups) > 1 and set(groups) == {Group.CELLS}


def _halves(told: tuple[Sentence, ...], total: Size) -> Size | None:
    """The size of each of two groups: "two groups of 20", "20 in each group", "two equal groups"."""
    for sentence in told:
        for count in counts(sentence):
            if count.way is Counted.EACH and 2 * count.number == total[0]:
                return count.number, count.quote
        if (match := _HALVES.search(sentence.text)) and total[0] % 2 == 0:
            return total[0] // 2, total[1].to(Quote(sentence, match.start(), match.end()))
    return None


