"""Whether the product is given at a point in time, or patients are seen then."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import GIVEN, Count, of_a_drug
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.times import ORDINAL, Times, times
from mscwatch.therapy.words import lower_case, names
from mscwatch.vocabulary.patterns import pattern_of

_NO_POINT = pattern_of(
    r"\s*(?:old|of\s+age|(?:of\s+)?(?:follow(?!ing|ed\s+by)|period|duration|study|trial|survival|life))",
    re.IGNORECASE,
)
_OF_FOLLOW_UP = pattern_of(r"\s*(?:of\s+)?follow[\s-]?up(?:\s+visits?)?\b", re.IGNORECASE)
_LASTING = pattern_of(
    r"(?:for|over|during|within|every|each|than|least|last\w*|per|up to|until|till|through|period of|total of|"
    rf"{GIVEN}\s+(?:with)?in)\s+$",
    re.IGNORECASE,
)
_SAME = pattern_of(  # "first dose on day 1"
    r"\W*(?:\b(?:is|was|will\s+be|given|administered|on|at|in|the)\b\W*){0,4}", re.IGNORECASE
)
_LEAD = pattern_of(r"(?:\W|\b(?:at|on|in|the)\b)*", re.IGNORECASE)
_DOSED = pattern_of(r"/\s*kg\b|\bper\s+(?:kg|time|dose)\b|\bveins?\b|\bintra\w{4}", re.IGNORECASE)
_GUIDED = pattern_of(r"\bunder\s+(?:\w+\s+){1,3}?monitoring\b")
_FOLLOWED = pattern_of(  # by more of the same: "days 0 and 7, then an infusion at months 3 and 6"
    rf"\W*(?:followed\s+by|and\s+then|then)\b(?:\W*\b(?:an?|the|one|two|another|further|single|of|at|on|in|again|{GIVEN}|cells?|\w*MSCs?)\b)*\W*",
    re.IGNORECASE,
)
_BEGUN = pattern_of(  # "after treatment for 15, 90 and 180 days"
    r"\b(?:after|post|following|since)[\s-]+(?:the\s+)?(?:\w+\s+)?(?:infus|inject|admin|treat)\w*"
    r"\s+(?:(?:the|for|at|on)\s+)*$",
    re.IGNORECASE,
)
_NOT_FIRST = pattern_of(
    r"\W*(?:post|after|following|since)\b[\s-]*(?:the\s+)?(?:first|initial|1st|previous|last)", re.IGNORECASE
)
_CLAUSE = 250  # letters before a point in time that say what happens then
_ANOTHER = pattern_of(
    r"\b(?:second|third|another|additional|repeat\w*|re-?treat\w*|re-?dos\w*)\b", re.IGNORECASE
)
_NTH_DOSE = pattern_of(  # "2nd transplantation: after all examinations on day 7"
    rf"\W*(?:\d\W+)?(?:{ORDINAL}|\d)\s+(?:\w+\s+){{0,3}}?(?:infus|inject|administ|transplant|dos|treat)\w*\s*[:(-]",
    re.IGNORECASE,
)
_NTH_OF = pattern_of(
    rf"\b{ORDINAL}\s+(?:\w+\s+){{0,3}}?(?:infus|inject|administ|transplant|dos|treat)", re.IGNORECASE
)

# Of texts in lower case: a pattern that ignores case takes four times as long.
_FOLLOW_UP = pattern_of(
    r"follow(?!ing|ed\s+by|s\b)|\bseen\b|check-?up|\banaly[sz]|assess|compared|comparis|adverse|safety|efficac|evaluat|monitor|measur|visit(?!\s*#?\d+\s*[(:])|"
    r"examin|observ|detect|(?:blood|serum|plasma)\s[^.;,]{0,20}\bdrawn\b|diar(?:y|ies)\b|dressed\b|engraft|\breports?\b|"
    r"return(?=\s+(?:weekly|daily|monthly|at|on|every|in\s+\d))|test|assay|laborator|phone|sample|outcome|questionnaire|biops|imaging|mri|score|vital\s+sign"
)
_VERB = pattern_of(
    r"infus|inject|administ|transplant|given|receiv|treat|dos(?:e|ing)|transfus|deliver|instill|implant|\bi\.?v\b"
)
_GIVING = pattern_of(rf"{_VERB.pattern}|msc|\bcells?\b")
_TESTED = pattern_of(  # "a questionnaire will be administered at 3 and 6 months"
    rf"(?:{_FOLLOW_UP.pattern})[^.,;]{{0,40}}?\b(?:be|is|are|was|were)\s+(?:administered|given|repeated)",
    re.IGNORECASE,
)
_SINCE = pattern_of(
    r"\s*\)?\s*(?:±\s*\d+\s*)?(?:post|after|following|since)\b[\s-]*(?:the\s+)?(?:[\w-]+\s+){0,3}"
    r"(?:treat|infus|inject|admin|therap|dos)",
    re.IGNORECASE,
)
_OF_CELLS = (  # what may stand before "infusion"
    r"(?:(?:the|first|last|final|initial|each|study|trial|product|stem|stromal|mesenchymal|cells?|drug|investigational|"
    r"intravenous|IV|IMP|1st|\w*-?MSCs?(?:-\w+)?)\s+){0,5}?"
)
_SINCE_GIVING = pattern_of(
    rf"\b(?:post|after|following|since|before|prior\s+to)[\s-]+(?:(?:the\s+)?\w+\s+|{_OF_CELLS})"
    r"(?:infus|inject|admin|treat|transplant)\w*",
    re.IGNORECASE,
)
_BEGINS_LATER = pattern_of(
    r"\W*(?:for\s+(?:up\s+to\s+)?\w+\s+\w+\s+)?(?:(?:start|begin|commenc)\w*\b[^.;]{0,40}?\b)?(?:after|following|from)\s+(?:the\s+)?(?:last|final|end|complet)",
    re.IGNORECASE,
)
_TAKING = pattern_of(  # of texts in lower case
    r"\b(?:is|are|was|were|be)\s+(?:\w+\s+)?(?:aspirated|harvested|collected|obtained|extracted|taken)\b"
    r"|\b(?:aspiration|harvest(?:ing)?|liposuction|lipoaspiration|leukapheresis|collection)\b"
)
_NEEDED = ("cross", "revers", "without", "placebo", "sham", "saline")
_CROSSOVER = pattern_of(  # "followed six months later by sham", "one with the cells and one without"
    r"cross-?\s?over|reversed|\bwith\b[^.;]{0,40}\band\s+(?:one\s+|\d\s+)?without\b"
    r"|\b(?:followed|and|then)\b[^.;]{0,40}\b(?:placebo|sham|saline)\b[^.;]{0,20}\b(?:at|after|later|week|month|\d)",
    re.IGNORECASE,
)


def listed(sentence: Passage) -> Iterator[Count]:
    """As many administrations as a sentence lists times of giving."""
    text = plain_signs(sentence.text)
    lists = [one for one in times(text) if len(set(one.days)) > 1]
    looked_at = follow_up(text) if lists else None  # once, not with each list
    gives_alone = "armsInterventionsModule" in sentence.path and not looked_at
    earlier: tuple[int, int, int] | None = None  # start, end and number of the list before
    for one in lists:
        clause = _clause(text[max(0, one.start - 90) : one.start])
        given, followed = _last(_GIVING, clause), _last(_FOLLOW_UP, clause)
        if not _VERB.search(clause.lower()) and looked_at and looked_at.start() < one.start:
            given = -1  # "MRI of the labelled cells at 2 and 3 weeks"
        given_after = not looked_at and is_giving(text[one.end : one.end + 60])
        before = text[max(0, one.start - 60) : one.start]
        since = (
            _NO_POINT.match(text, ends(text, one))
            or _SINCE.match(text, one.end)
            or of_a_drug(text, one.start)
            or _BEGUN.search(before)
        )
        alone = gives_alone and (_LEAD.fullmatch(clause) or _DOSED.search(clause))
        if not since and (given > followed or (given == followed and (given_after or alone))):
            number = len(set(one.days))
            if earlier and _FOLLOWED.fullmatch(text, earlier[1], one.start):
                start, _, more = earlier
                yield Count(number + more, sentence.text[start : one.end], sentence.path, "lists of days")
            earlier = (one.start, one.end, number)
            yield Count(number, sentence.text[one.start : one.end], sentence.path, "days that are listed")


def ends(text: str, one: Times) -> int:
    """Where a list of times ends, with the follow-up in which it ends: "at baseline and 6 months of follow-up"."""
    visit = _OF_FOLLOW_UP.match(text, one.end) if len(one.days) > 1 and one.days[0] == 0 else None
    return visit.end() if visit else one.end


def dated(sentence: Passage) -> Iterator[Count]:
    """As many administrations as a sentence dates, where it speaks of nothing but giving."""
    others = follow_up(sentence.text) or crosses_over(sentence.text) or names("other_drug", sentence.text)
    given = {} if others else points((sentence,))
    if len(given) > 1:
        span = sentence.text[
            min(start for _, start, _ in given.values()) : max(end for _, _, end in given.values())
        ]
        yield Count(len(given), span, sentence.path, "days that are named")


def points(sentences: Iterable[Passage]) -> dict[float, tuple[Passage, int, int]]:
    """The points in time at which sentences give the product, in days, each with its sentence, start and end."""
    found: dict[float, tuple[Passage, int, int]] = {}
    for sentence in sentences:
        text = plain_signs(sentence.text)
        numbered = _NTH_DOSE.match(text) and len(_NTH_OF.findall(text)) == 1
        if not is_giving(text):
            continue
        told = times(text)
        for one, following in zip_longest(told, told[1:]):
            clause, after = text[: one.start], text[one.end : one.end + 60]
            if (
                (following and one.zero and _SAME.fullmatch(text[one.end : following.start]))
                or (not numbered and follows_up(clause[-_CLAUSE:]))
                or _NO_POINT.match(after)
                or (
                    _SINCE.match(after) and not _NOT_FIRST.match(after) and not _ANOTHER.search(text, one.end)
                )
                or _LASTING.search(clause[-12:])
                or takes(clause[-_CLAUSE:])
            ):
                continue
            for day in one.days:
                found.setdefault(day, (sentence, one.start, one.end))
            if numbered:
                break
    return found


def begins_later(text: str, end: int) -> bool:
    """Whether what ends at a place of a text begins after the last giving: "monthly, starting after the last"."""
    return bool(_BEGINS_LATER.match(text, end))


def looks_at(text: str, start: int, end: int) -> bool:
    """Whether times are those of a look: "levels are measured 1, 2 and 4 hours after the infusion"."""
    before = text[max(0, start - 2 * _CLAUSE) : start]
    look = follow_up(before)
    return bool(look and (_SINCE.match(text, end) or not tells_giving(_clause(before[look.end() :]))))


def crosses_over(sentence: str) -> bool:
    """Whether a sentence gives each patient the product in one of two periods."""
    lower = sentence.lower()
    return any(word in lower for word in _NEEDED) and bool(_CROSSOVER.search(sentence))


def follow_up(text: str) -> re.Match[str] | None:
    """What a text says first of follow-up: of visits, tests, and what is looked at."""
    return _FOLLOW_UP.search(lower_case(text))


def is_giving(text: str) -> bool:
    """Whether a text speaks of giving, or names cells."""
    return bool(_GIVING.search(text.lower()))


def tells_giving(text: str) -> bool:
    """Whether a text has a word of giving; a name of cells is none."""
    return bool(_VERB.search(text.lower()))


def gives(sentence: Passage) -> bool:
    """Whether a sentence speaks of giving, and of nothing that is looked at."""
    text = _GUIDED.sub("", sentence.text.lower())
    return bool(_VERB.search(text)) and not follow_up(text)


def follows_up(clause: str) -> bool:
    """Whether a clause speaks last of follow-up, not of giving."""
    clause = _clause(re.sub(r"\([^()]*\)", " ", clause))  # "(by weight at the screening visit)"
    return _last(_FOLLOW_UP, clause) > _last(_GIVING, clause)


def takes(clause: str) -> bool:
    """Whether a clause says last that a tissue is taken, not that something is given: "marrow is harvested"."""
    taken = _last(_TAKING, clause)
    return taken >= 0 and taken > _last(_VERB, clause)


def is_first_after_harvest(clause: str) -> bool:
    """Whether a clause takes a tissue, and then gives once: "marrow is taken, and the cells are injected"."""
    taken = _last(_TAKING, clause)
    return taken >= 0 and len(_VERB.findall(clause.lower(), taken)) <= 1


def _clause(text: str) -> str:
    """The text without words of giving that only date or describe a test."""
    return _TESTED.sub(" test ", _SINCE_GIVING.sub(" ", text))


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text.lower())), default=-1)
