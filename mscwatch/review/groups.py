"""Whose a number of people is: of a group that got the cells, or of its control. Pure.

A number belongs to the words beside it: "(n = 15)" to those before it, "15 patients received" to those after it. A
group with another name beside a group of the cells is its control.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from mscwatch.review.abstracts import Sentence
from mscwatch.review.people import PARTS, PEOPLE, Count, Counted, counts
from mscwatch.review.study_text import blank
from mscwatch.therapy.vocabulary import NAMED
from mscwatch.therapy.words import find
from mscwatch.vocabulary import CellType
from mscwatch.vocabulary.patterns import pattern_of

NEAR = 150  # characters on each side of a number that may say whose it is
_USUAL = (
    r"(?:standard|conventional|traditional|routine|usual|basic|optimal|best|common|comprehensive|symptomatic"
    r"|conserv(?:ative|ed))"
)
# "received placebo only", not "received only one infusion" nor "a placebo-free run-in"
_ONLY = (
    r"(?<!MSC )(?<!MSCs )(?<!cells )\b(?:alone|only(?!\s+(?:an?|one|two|three|four|five|six|once|twice|\d\S*|in|for"
    r"|after|mild|minor)\b))\b"
)
_CONTROL = pattern_of(
    r"\b(?:controls?|placebo(?!-free)|saline|sham|vehicle|untreated|standard(?: of)? care|supportive (?:care"
    r"|treatment|therapy)"
    rf"|{_USUAL} (?:medical |supportive |internal )?(?:treatments?|therap(?:y|ies)|care|management"
    rf"|medications?)"
    r"|no (?:treatment|cells?|intervention|infusion|injection)|(?-i:SMT|SOC|SMC))\b|" + _ONLY,
    re.IGNORECASE,
)
_GROUP_OF_CELLS = pattern_of(
    r"\b(?:(?:treatment|treated|intervention|experimental|study|trial|test|transplant(?:ed|ation)?|infusion|injection"
    r"|therapy|proposed|novel|new|cells?(?:-\w+)?|stem[ -]cells?|\w*MSCs?)[\s-]+"
    r"(?:group|arm|cohort|technique|method|procedure|treatment)s?"
    rf"|(?:test|experimental|treated)\s(?:sites?|defects?|sockets?|{PARTS}))\b",
    re.IGNORECASE,
)
_INTERVENTION = pattern_of(
    r"(?<!no )\b(?:intervention|treatment|treated|experimental|transplantation|transplanted|infusion)\s*\W*$",
    re.IGNORECASE,
)
_CONTROL_GROUP = pattern_of(
    rf"\b(?:(?:control|placebo|sham|saline|comparison|comparator|untreated|supportive)\w*"
    rf"|{_USUAL})[\s-]+(?:\w+[\s-]+){{0,2}}(?:group|arm|cohort)s?\b"
    r"|\bcontrols?\b|\bplacebo\b(?!-controlled|-free)|" + _ONLY,
    re.IGNORECASE,
)
_OUT = pattern_of(
    r"\b(?:without|no|not (?:receiv\w+|give[ns]?|get|undergo\w*|treated with)) (?:\w+[ -]){0,3}"
    r"(?:cells?|\w*MSCs?|transplantation|infusions?)|\b(?:without|not)\W*$",
    re.IGNORECASE,
)
_FAILED = pattern_of(
    r"\b(?:refractory|resistant|unresponsive|intolerant|despite|failed)\b[^,;.]{0,40}", re.IGNORECASE
)
_OTHER_CELLS = {CellType.HEPATOCYTE, NAMED}  # a comparison of cells: "MSCs or chondrocytes"
_OTHERS = pattern_of(r"\b(?:healthy|normal|donors?|volunteers?)\b[^;,]*$", re.IGNORECASE)
_NAME = pattern_of(r"\b(?:group|arm|cohort)\s+(?P<name>[A-Z1-9]|I{1,3}|IV)\b", re.IGNORECASE)
_NAMED_LAST = pattern_of(rf"{_NAME.pattern}\W*$", re.IGNORECASE)
OF_A_DOSE = pattern_of(r"\bdos(?:e|es|age)\b|\bcohort\b|\d\s?[x×]\s?10|\bmillion\b|/kg", re.IGNORECASE)
_GOT = pattern_of(r"\b(?:received|treated|underwent|given|injected|was|were|had|got)\b")
_WITH = pattern_of(r"\bwith\W*$", re.IGNORECASE)
_OF_A_PHASE = pattern_of(r"\b(?:phase|stage|part) (?:\d|I{1,3}|[AB])\b[^.;()]{0,20}\(\s*$", re.IGNORECASE)
_GROUP_HAS = pattern_of(
    r"\b(?:group|arm|cohort|controls?)\b(?:\s(?:[A-Z0-9]|I{1,3}|IV)\b)?(?:\s\([^()]{1,60}\))?"
    r"(?::\s|\s(?:(?:of|with|includ\w+|compris\w+|consist\w+|had|has|contain\w+|was|were|involv\w+)\s){0,2})$",
    re.IGNORECASE,
)
_HEADS = pattern_of(r"(?:[\w+-]+\s){1,3}(?:group|arm)s?\b")
_CLAUSE_BEFORE = pattern_of(r"^(?:[^()]*\))?(?:[^()]|\([^()]*\))*[;.]\s")  # not "(MSC group; n = 14)"
_HEAD_BEGINS = pattern_of(r",\s|\b(?:while|whereas|and|but)\s", re.IGNORECASE)
_SUBSTANCE = pattern_of(r"[A-Za-z]{2,}[^()]*[A-Za-z]{2,}")
_WENT_WITHOUT = pattern_of(r"\bdid\s+not$", re.IGNORECASE)
_OTHER = pattern_of(r"\b(?:other|further|another|remaining)\b", re.IGNORECASE)
_COMPARED_WITH = pattern_of(r"\b(?:compared|matched) (?:to|with) (?:[\w-]+ ){0,4}$", re.IGNORECASE)
_THE_OTHER = pattern_of(rf"\b(?:other|remaining) (?:groups?|arms?|{PEOPLE})\W*$", re.IGNORECASE)
_PEOPLE_LAST = pattern_of(rf"(?<!non-)\b(?!non-){PEOPLE}(?: with\b[^.;()]{{1,60}})?\W*$", re.IGNORECASE)
_JOINED = pattern_of(r"\s?(?:vs\.?|versus|and|,|/)\s?", re.IGNORECASE)
_TWO_NAMED = pattern_of(
    r"(?P<one>[^;]*\w)\s(?:or|and|vs\.?|versus|compared (?:to|with))\s(?P<other>[^;()]*)\($", re.IGNORECASE
)
_ONE_MORE = pattern_of(r"\W*(?:and|or)?[\s\d.]*\W*")  # behind "MSCs 0.3 (n = 15)": ", 1.0 ("
_LISTED = pattern_of(
    r"(?:and (?:were )?compared\b.*|and\b|or\b|versus\b|vs\b|whereas\b|while\b|but\b|groups?\b|arms?\b|the\b|\W)*$",
    re.IGNORECASE,
)
_GIVEN = pattern_of(
    r"\b(?:gave|given|injected|infused|transplanted|implanted|administered"
    r"|delivered)\b[^.;]{0,80}\b(?:in|to|into)\s+$",
    re.IGNORECASE,
)
_RELATIVE = pattern_of(  # up to the comma or the comparison behind it
    r"\W*(?:in which|who|whom|which|that|receiving|treated|undergoing)\b"
    r"(?:(?!\b(?:was|were) (?:\w+ )?compared\b)[^.;,])*",
    re.IGNORECASE,
)
_OR_ELSE = pattern_of(r"\W{0,2}or\s+(?:with\s+)?(?!by\b|via\b|through\b|in\b|into\b)\w+", re.IGNORECASE)
_OR_CONTROL = pattern_of(rf"\bor (?:an? |with |to )?(?:{_CONTROL.pattern})", re.IGNORECASE)
_SPLIT = pattern_of(
    r"\b(?:randomi\w+|divided|allocated|assigned|split|separated|classified|stratified"
    r"|distributed)\b[^.;]{0,40}\binto\b"
    r"|\b(?:two|three|four|2|3|4)\s+(?:\w+\s+){0,2}(?:groups|arms|cohorts)\b|\beither\b|\b[123]:[123]\b",
    re.IGNORECASE,
)


class Group(StrEnum):
    """Who a number of people is."""

    CELLS = "cells"
    CONTROL = "control"
    NAMED = "named"  # a group with a name that says neither
    UNKNOWN = "unknown"


_OTHER_SIDE = {Group.CELLS: Group.CONTROL, Group.CONTROL: Group.CELLS}


@dataclass(frozen=True, slots=True)
class Arm:
    """A number of people and whose it is."""

    count: Count
    group: Group
    behind_head: bool = True  # "the MSC group (n = 20)", "group B comprised 20 patients"


def arms_of(sentence: Sentence, told: tuple[Sentence, ...]) -> list[Arm]:
    """The numbers of a sentence that belong to groups. A named group beside one of the cells is the control."""
    found = counts(sentence)
    arms: list[Arm] = []
    for index, count in enumerate(found):
        if count.way is Counted.EACH:
            continue
        start = found[index - 1].quote.end if index else 0
        end = found[index + 1].quote.start if index + 1 < len(found) else len(sentence.text)
        before = sentence.text[max(start, count.quote.start - NEAR) : count.quote.start]
        after = sentence.text[count.quote.end : min(end, count.quote.end + NEAR)]
        before = _CLAUSE_BEFORE.sub("", before)
        behind_head = count.way is Counted.EQUALS or bool(_GROUP_HAS.search(before))
        group = _whose(count, before, after, told)
        if count.way is Counted.NOUN and _OR_CONTROL.search(clause_of(sentence.text[count.quote.end : end])):
            group = Group.UNKNOWN  # "33 patients were assigned to MSCs or placebo": both groups
        if arms and count.way is Counted.EQUALS and _ONE_MORE.fullmatch(before):
            group = arms[-1].group
        arms.append(Arm(count, group, behind_head))
    return _beside(_in_pairs(arms))


def _in_pairs(arms: list[Arm]) -> list[Arm]:
    """The arms; of two in one bracket each is the group in its place before: "MSCs or placebo (n = 15 and n = 14)"."""
    for index, (one, other) in enumerate(pairwise(arms)):
        text, start = one.count.sentence.text, one.count.quote.start
        joined = _JOINED.fullmatch(text, one.count.quote.end, other.count.quote.start)
        named = _TWO_NAMED.search(text, max(0, start - NEAR), start) if joined else None
        if named and Counted.EQUALS is one.count.way is other.count.way:
            groups = whose_words(named["one"], nearest_last=True), whose_words(named["other"])
            if Group.CELLS in groups and groups[0] is not groups[1]:
                first = Group.CELLS if groups[0] is Group.CELLS else Group.CONTROL
                arms[index] = replace(one, group=first)
                arms[index + 1] = replace(other, group=_OTHER_SIDE[first])
    return arms


def _whose(count: Count, before: str, after: str, told: tuple[Sentence, ...]) -> Group:
    clause = clause_of(after)
    if _GROUP_HAS.search(before):
        return _whose_head(_HEAD_BEGINS.split(before)[-1], clause, told)
    if count.way is Counted.EQUALS:
        return _whose_in_brackets(count, before, after, told)
    if _WENT_WITHOUT.search(count.quote.words):
        return Group.CONTROL
    if (own := whose_words(count.quote.words, nearest_last=True)) in _OTHER_SIDE:
        return own  # "10 control patients"
    if _SPLIT.search(clause):
        return Group.UNKNOWN
    if _LISTED.match(clause):  # "were injected with cells in 12 patients."
        return (
            Group.CELLS
            if _GIVEN.search(before) and whose_words(before, nearest_last=True) is Group.CELLS
            else Group.UNKNOWN
        )
    return whose_words(clause)


def _whose_head(head: str, clause: str, told: tuple[Sentence, ...]) -> Group:
    """Whose a number is that stands behind its group and a verb: "the control group had 20 patients"."""
    if not (named := _NAME.search(head)):
        return _decided(whose_words(head, nearest_last=True), whose_words(clause))
    in_brackets = "".join(re.findall(r"\([^()]+\)", head))
    return _decided(_by_name(named["name"], told), whose_words(clause), whose_words(in_brackets))


def _whose_in_brackets(count: Count, before: str, after: str, told: tuple[Sentence, ...]) -> Group:
    """Whose a number is that stands behind its group: "(n = 20)"."""
    if _OTHERS.search(before[-40:]):
        return Group.UNKNOWN
    if _OF_A_PHASE.search(before):
        return Group.CELLS
    if _WITH.search(before) and find("product", count.sentence.text):
        return Group.CELLS  # "transplantation with (n = 20) or without (n = 22) MSCs"
    if named := _NAMED_LAST.search(before):
        outside = before[: named.start()].rstrip()
        group = _decided(whose_words(clause_of(after)), _by_name(named["name"], told))
        if group not in _OTHER_SIDE and outside.endswith("("):  # "MSCs by the portal vein (group 1, n = 10)"
            group = whose_words(outside, nearest_last=True)
        if group in _OTHER_SIDE:
            return group
        is_dose = OF_A_DOSE.search(before) and find("product", count.sentence.text)
        return Group.CELLS if is_dose else Group.UNKNOWN
    group = whose_words(before, nearest_last=True)
    if _THE_OTHER.search(before):
        return Group.NAMED
    if group is Group.NAMED and (relative := _RELATIVE.match(after)):
        return whose_words(relative[0])
    if group is Group.NAMED and _PEOPLE_LAST.search(before):
        return Group.UNKNOWN  # "Patients (n = 42) were assigned to": all of them
    return Group.CELLS if group in (Group.NAMED, Group.UNKNOWN) and OF_A_DOSE.search(before[-40:]) else group


def _decided(*groups: Group) -> Group:
    """The first that says whether a group got the cells, else whether any has a name."""
    order = _OTHER_SIDE, (Group.NAMED,)
    return next((group for kind in order for group in groups if group in kind), Group.UNKNOWN)


def clause_of(after: str) -> str:
    """The words behind a number up to the end of their clause or sentence."""
    return re.split(r"[;:]\s|\.\s", after, maxsplit=1)[0]


def whose_words(words: str, *, nearest_last: bool = False) -> Group:
    """Whose a number is by the words on one side of it; a group's own name beside the number decides first."""
    words = _FAILED.sub(blank, words)
    said = _OUT.sub(blank, words)
    if nearest_last and _INTERVENTION.search(said) and not _CONTROL.search(said[-40:]):
        return Group.CELLS
    controls = [match.span() for match in _CONTROL_GROUP.finditer(said)]
    groups = [
        (match.start(), Group.CELLS)
        for match in _GROUP_OF_CELLS.finditer(said)
        if not any(start <= match.start() < end for start, end in controls)  # "conventional treatment group"
    ]
    groups += [(start, Group.CONTROL) for start, _ in controls]
    if groups:
        return (max if nearest_last else min)(groups)[1]
    if _OUT.search(words):
        return Group.CONTROL
    if products := list(find("product", said)):
        if any(_OR_ELSE.match(said, one.end) and not find("product", said[one.end :]) for one in products):
            return Group.UNKNOWN  # "treated with the cells or with surgery": both groups at once
        kinds = {cells.value for cells in find("cell_type", said)}
        return Group.NAMED if kinds and kinds <= _OTHER_CELLS else Group.CELLS
    if _CONTROL.search(words):
        return Group.CONTROL
    return Group.NAMED if _SUBSTANCE.search(words) else Group.UNKNOWN


def names_control(words: str) -> bool:
    """Whether words name people or a treatment without the cells."""
    return bool(_CONTROL.search(words))


def sides_of(text: str) -> tuple[Group, ...]:
    """The two sides in the order in which a sentence names their groups; nothing where that is not clear."""
    named = [whose_words(head[0], nearest_last=True) for head in _HEADS.finditer(text)][:2]
    if len(named) != len(_OTHER_SIDE) or named[0] is named[1] or not set(named) & set(_OTHER_SIDE):
        return ()
    first = named[0] if named[0] in _OTHER_SIDE else _OTHER_SIDE[named[1]]
    return first, _OTHER_SIDE[first]


def _by_name(name: str, told: tuple[Sentence, ...]) -> Group:
    """Whose a group is that has only a letter or a number, from where a sentence says what it got."""
    pattern = re.compile(
        rf"\b(?:group|arm|cohort)\s+{re.escape(name)}\b(?P<rest>.{{0,{NEAR}}})", re.IGNORECASE
    )
    for sentence in told:
        for match in pattern.finditer(sentence.text):
            rest = _NAME.split(clause_of(match["rest"]))[0]
            if _GOT.search(rest) and (group := whose_words(rest)) in _OTHER_SIDE:
                return group
    return Group.UNKNOWN


def _is_other(count: Count) -> bool:
    """Whether people stand beside those named before: "the other 15 with", "compared with 13 patients given"."""
    text, start = count.sentence.text, count.quote.start
    is_other = _OTHER.search(text, max(0, start - 12), count.quote.end)
    return bool(is_other or _COMPARED_WITH.search(text[:start]))


def _beside(arms: list[Arm]) -> list[Arm]:
    """The arms; what is named beside a group of the cells, both behind their heads or as "16 others", is a control."""
    cells = {arm.behind_head for arm in arms if arm.group is Group.CELLS}
    return [
        replace(arm, group=Group.CONTROL)
        if arm.group is Group.NAMED
        and ((arm.behind_head and True in cells) or (cells and _is_other(arm.count)))
        else arm
        for arm in arms
    ]
