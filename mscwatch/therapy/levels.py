"""Which amounts are levels of a dose: not the total of several administrations, not the most that a patient gets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from mscwatch.therapy.counting import EACH_TIME
from mscwatch.therapy.counts import WORD, number
from mscwatch.therapy.model import DoseLevel
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.plausible import is_plausible
from mscwatch.vocabulary import DoseUnit
from mscwatch.vocabulary.patterns import pattern_of

_SAME = 0.1  # "1.2-1.5" in one place and "1.25-1.5" in another are one level
_BY_TIMES, _BY_PLACES = "times", "places"  # how a total comes from a part
_MOST_TIMES = 60
_NEAR = 60  # letters before or after an amount
_MOST_BESIDE = 40  # amounts that each is held against
_WEIGHTS = (30, 200)  # kilograms by which a dose per kilogram is multiplied for a limit or an example
_MANY = 8  # injections; as many are places of one session
_SEVERAL = pattern_of(
    r"\b(?:infusions|injections|doses|administrations|applications|times|days|weeks|months)\b", re.IGNORECASE
)
_AT_EACH = pattern_of(  # "per kg" says nothing about times
    r"\b(?:each|every|weekly|monthly|daily|vials?|bags?|syringes?|per(?!\s+k)|(?:one|single)\s+(?:dose|infusion|injection|administration))\b",
    re.IGNORECASE,
)

_OF_ALL = pattern_of(r"cumulativ|\btotal\s+doses?\b", re.IGNORECASE)  # not each week's "total of"

_TOTAL_BEFORE = pattern_of(  # with no other amount between: "a total for 3 doses of"
    r"(?:(?<!cells )\b(?:total|overall|entire|whole|cumulativ\w*|altogether|summ?(?:ing|ed)?(?=\s)|in\s+all)\b"
    r"(?:[^.;(\d]|\d{1,2}(?=\s+(?!mi)[a-z]{3})){0,40}|=\s*)$",
    re.IGNORECASE,
)
_TOTAL_AFTER = pattern_of(
    r"[^.;,(\d]{0,40}\b(?:in\s+(?:all|total)|altogether|cumulativ\w*|"
    r"total(?:ly)?\b(?!\s+(?:dose\s+)?(?:of|is)\b)|(?:per|each|every|a|whole)\s+(?:\w+\s+)?"
    r"(?:course|cycle|patient))",
    re.IGNORECASE,
)
_TIMES = pattern_of(
    rf"\b(?P<number>\d{{1,2}}|{WORD})\)?\s+(?:\d[\dx^.*]*\s+)?(?!(?:\w+\s+)?intra)(?:[a-z-]+\s+){{0,2}}?"
    r"(?:infusions?|injections?|doses?|administrations?|times|days|weeks|months|treatments?|"
    r"transplantations?|applications?|procedures|visits)\b",
    re.IGNORECASE,
)
_PLACES = pattern_of(
    r"\b(?:sites?|points?|spots?|intra(?:my|mu|le|de)\w+|perianal|around|(?:one|same|single|each)\s+"
    r"(?:session|procedure)|borders?|locations?)\b",
    re.IGNORECASE,
)
_AT_PLACE = pattern_of(
    r"\W*(?:(?:in|into|at|on|for)\s+(?:each|every)|(?:/|per)\s*(?:each\s+)?)\s*(?:of\s+)?(?:\w+\s+){0,2}?"
    r"(?:sid|sit|spot|point|track|locat|vertebra|segment|limb|leg|foot|knee|hip|joint|eye|lesion|lobe|"
    r"hemisphere|dis[ck])",
    re.IGNORECASE,
)
_APART = pattern_of(r"\b(?:interval|apart|weeks?|weekly|months?|monthly|days?|daily)\b", re.IGNORECASE)
_ONCE = pattern_of(
    r"\b(?:one|1|single)\s+(?:\w+\s+){0,2}?(?:dose|injection|infusion|administration)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
_MOST = pattern_of(
    r"\bmax|exceed|\bcap(?:ped)?\b|ceiling|limit|highest|\bmost\b|more\s+than|\be\.?g\.?\b|example|\bi\.e|"
    r"equivalent|correspond"
    r"|\b(?:an?|each|any|average)\s+(?:\w+\s+){0,2}?\d{2,3}\s*-?\s*(?:kg|kilo)|\b\d{2,3}\s*-?\s*(?:kg|kilo)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An amount in its sentence with its unit; `told` where it is the dose itself, not a limit or a vial."""

    low: float
    high: float
    unit: str
    told: bool
    span: str
    start: int
    sentence: Passage
    is_made: bool = False  # of a concentration and a volume

    @property
    def before(self) -> str:
        """The words before it in its sentence."""
        return self.sentence.text[max(0, self.start - _NEAR) : self.start]

    @property
    def after(self) -> str:
        """The words after it in its sentence."""
        end = self.start + len(self.span)
        return self.sentence.text[end : end + _NEAR]

    @property
    def is_plausible(self) -> bool:
        """Whether it is within the bounds of its unit."""
        return is_plausible(DoseUnit(self.unit), self.low, self.high)


def levels(candidates: list[Candidate]) -> list[DoseLevel]:
    """The dose levels among the amounts of a place of the record, each once, with the first words that tell it."""
    parted = list(_parted(candidates))
    chosen = [one for one in parted if one.told] or parted
    by_weight = sorted({one.high for one in chosen if one.unit == DoseUnit.CELLS_PER_KG})[:_MOST_BESIDE]
    return once(one for one in chosen if not _is_most(one, by_weight))


def is_total(level: DoseLevel, sentence: str) -> bool:
    """Whether a level is what several administrations come to: "a total of 4x10^8 cells, on days 0 and 7"."""
    before, _, after = sentence.partition(level.evidence)
    around = f"{before} {after}"
    apart = _SEVERAL.search(around) and not _PLACES.search(around)
    whole = _TOTAL_BEFORE.search(before[-_NEAR:])
    return bool(apart and whole and (_OF_ALL.search(whole[0]) or not _AT_EACH.search(around)))


def once(candidates: Iterable[Candidate]) -> list[DoseLevel]:
    """A level for every amount, each once."""
    return unique(
        DoseLevel(one.sentence.arm, one.low, one.high, DoseUnit(one.unit), one.span, one.sentence.path)
        for one in candidates
    )


def unique(told: Iterable[DoseLevel]) -> list[DoseLevel]:
    """Levels without repetitions; what differs but little from one in another place is that one, a little otherwise."""
    found: dict[tuple[float, float, str], DoseLevel] = {}
    for level in told:
        key = level.low, level.high, level.unit
        known = found.get(key)
        if known is not None:
            found[key] = level if level.arm and not known.arm else known
        elif not any(_is_near(one, level) for one in islice(found.values(), _MOST_BESIDE)):
            found[key] = level
    return list(found.values())


def _is_near(one: DoseLevel, other: DoseLevel) -> bool:
    return (
        one.unit == other.unit
        and one.path != other.path
        and abs(one.low - other.low) <= _SAME * min(one.low, other.low)
        and abs(one.high - other.high) <= _SAME * min(one.high, other.high)
    )


def _parted(candidates: list[Candidate]) -> Iterator[Candidate]:
    """The amounts; of a total and its parts, the total is told where they are places of one session, else the part."""
    groups: dict[tuple[str, str], list[Candidate]] = {}
    for one in candidates:
        groups.setdefault((one.sentence.path, one.unit), []).append(one)
    for one in candidates:
        beside = groups[one.sentence.path, one.unit][:_MOST_BESIDE]
        as_whole = [_adds_up(one, other, beside) for other in beside]
        as_part = [_adds_up(other, one, beside) for other in beside]
        if _BY_TIMES in as_whole or _BY_PLACES in as_part:
            yield replace(one, told=False)
        elif _BY_TIMES in as_part or _BY_PLACES in as_whole:
            yield replace(one, told=True)
        else:
            yield one


def _adds_up(whole: Candidate, part: Candidate, beside: list[Candidate]) -> str:
    """How an amount is the total of a part: of several administrations, or of several places; "" where it is none."""
    times = round(whole.low / part.low) if part.low else 0
    if part.is_made or not 1 < times <= _MOST_TIMES or not _is_multiple(whole, part, times):
        return ""
    if _ONCE.search(whole.before) or not _is_summed(whole) or _is_summed(part):
        return ""
    text = part.sentence.text
    apart = bool(_APART.search(text))
    if _PLACES.search(text) and not apart:
        return _BY_PLACES if _AT_PLACE.match(part.after) else ""
    if EACH_TIME.search(part.after) or whole.unit == DoseUnit.CELLS_PER_KG:
        return _BY_TIMES
    if _AT_PLACE.match(part.after):
        return _BY_PLACES
    same = sum(one.low == part.low and one.sentence == part.sentence for one in beside)
    stated = any(number(one["number"]) == times for one in _TIMES.finditer(text))
    return _BY_TIMES if (stated and (times < _MANY or apart)) or (apart and same == times) else ""


def _is_summed(one: Candidate) -> bool:
    return bool(_TOTAL_BEFORE.search(one.before) or _TOTAL_AFTER.match(one.after))


def _is_multiple(whole: Candidate, part: Candidate, times: int) -> bool:
    return all(
        abs(most - times * least) <= most / 100
        for least, most in ((part.low, whole.low), (part.high, whole.high))
    )


def _is_most(one: Candidate, by_weight: list[float]) -> bool:
    """Whether a number of cells is the limit of one of the doses per kilogram, or an example of it."""
    return (
        one.unit == DoseUnit.CELLS
        and any(_WEIGHTS[0] <= one.high / dose <= _WEIGHTS[1] for dose in by_weight)
        and bool(_MOST.search(one.before) or _MOST.search(one.after))
    )
