"""Which amounts are the levels of a dose: not the total of several administrations, not the most that a patient gets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mscwatch.therapy.counting import EACH_TIME
from mscwatch.therapy.counts import WORD, number
from mscwatch.therapy.model import DoseLevel
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.plausible import is_plausible
from mscwatch.vocabulary import DoseUnit
from mscwatch.vocabulary.patterns import pattern_of

_SAME = 0.1  # "1.2-1.5" in one place and "1.25-1.5" in another are one level
_MOST_TIMES = 60
_WEIGHTS = (30, 200)  # kilograms by which a dose per kilogram is multiplied for a limit or an example
_MANY = 8  # injections; as many are places of one session

_TOTAL_BEFORE = pattern_of(
    r"(?:\b(?:total|overall|entire|whole|cumulativ\w*|altogether|summ?(?:ing|ed)?(?=\s)|in\s+all)\b[^.;]{0,30}|=\s*)$",
    re.IGNORECASE,
)
_TOTAL_AFTER = pattern_of(
    r"[^.;,(\d]{0,40}\b(?:in\s+(?:all|total)|altogether|cumulativ\w*|total(?:ly)?\b|(?:per|each|every|a|whole)\s+(?:\w+\s+)?(?:course|cycle|patient))",
    re.IGNORECASE,
)
_TIMES = pattern_of(
    rf"\b(?P<number>\d{{1,2}}|{WORD})\)?\s+(?!(?:\w+\s+)?intra)(?:[a-z-]+\s+){{0,2}}?"
    r"(?:infusions?|injections?|doses?|administrations?|times|days|weeks|months|treatments?|transplantations?|applications?|procedures|visits)\b",
    re.IGNORECASE,
)
_PLACES = pattern_of(
    r"\b(?:sites?|points?|spots?|intra(?:my|mu|le|de)\w+|perianal|around|(?:one|same|single|each)\s+(?:session|procedure)|borders?|locations?)\b",
    re.IGNORECASE,
)
_APART = pattern_of(r"\b(?:interval|apart|weeks?|weekly|months?|monthly|days?|daily)\b", re.IGNORECASE)
_EACH = pattern_of(r"[^.;,]{0,40}\beach\b", re.IGNORECASE)
_EACH_BEFORE = pattern_of(r"\beach\s+(?:\w+\s+){0,3}$", re.IGNORECASE)
_MOST = pattern_of(
    r"\bmax|exceed|\bcap(?:ped)?\b|ceiling|limit|highest|\bmost\b|more\s+than|\be\.?g\.?\b|example|\bi\.e|equivalent|correspond"
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
        return self.sentence.text[max(0, self.start - 60) : self.start]

    @property
    def after(self) -> str:
        """The words after it in its sentence."""
        end = self.start + len(self.span)
        return self.sentence.text[end : end + 60]

    @property
    def is_plausible(self) -> bool:
        """Whether it is within the bounds of its unit."""
        return is_plausible(DoseUnit(self.unit), self.low, self.high)


def levels(candidates: list[Candidate]) -> list[DoseLevel]:
    """The dose levels among the amounts of a place of the record, each once, with the first words that tell it."""
    parted = [_as_part(one, candidates) for one in candidates]
    chosen = [one for one in parted if one.told] or parted
    return once(one for one in chosen if not _is_most(one, chosen))


def once(candidates: Iterable[Candidate]) -> list[DoseLevel]:
    """A level for every amount, each once."""
    return unique(
        DoseLevel(one.sentence.arm, one.low, one.high, DoseUnit(one.unit), one.span, one.sentence.path)
        for one in candidates
    )


def unique(told: Iterable[DoseLevel]) -> list[DoseLevel]:
    """Levels without repetitions; what differs but little from one in another place is the same, a little otherwise."""
    found: list[DoseLevel] = []
    for level in told:
        place = next((place for place, known in enumerate(found) if _is_same(known, level)), None)
        if place is None:
            found.append(level)
        elif level.arm and not found[place].arm and (level.low, level.high) == (found[place].low, found[place].high):
            found[place] = level
    return found


def _is_same(one: DoseLevel, other: DoseLevel) -> bool:
    near = _SAME if one.path != other.path else 0.0
    return one.unit == other.unit and all(
        abs(first - second) <= near * min(first, second)
        for first, second in ((one.low, other.low), (one.high, other.high))
    )


def _as_part(one: Candidate, candidates: list[Candidate]) -> Candidate:
    """The amount; told where another is the total of several like it, and not told where it is such a total."""
    beside = [
        other
        for other in candidates
        if other is not one and other.unit == one.unit and other.sentence.path == one.sentence.path
    ]
    if any(_is_total(one, other) for other in beside):
        return replace(one, told=False)
    if any(_is_total(other, one) for other in beside):
        return replace(one, told=True)
    return one


def _is_total(whole: Candidate, part: Candidate) -> bool:
    """Whether an amount is that of several administrations of another: "total 90 million, 3 infusions of 30 million"."""
    times = round(whole.low / part.low) if part.low else 0
    if part.is_made or not 1 < times <= _MOST_TIMES or not _is_product(whole, part, times):
        return False
    if not (_TOTAL_BEFORE.search(whole.before) or _TOTAL_AFTER.match(whole.after)):
        return False
    text = part.sentence.text
    if _PLACES.search(text) and not _APART.search(text):
        return False
    if EACH_TIME.search(part.after):
        return True
    stated = [one for one in _TIMES.finditer(text) if number(one["number"]) == times]
    return bool(stated) and (times < _MANY or bool(_APART.search(text)))


def _is_product(whole: Candidate, part: Candidate, times: int) -> bool:
    return all(
        abs(most - times * least) <= most / 100
        for least, most in ((part.low, whole.low), (part.high, whole.high))
    )


def _is_most(one: Candidate, candidates: list[Candidate]) -> bool:
    """Whether a number of cells is the limit of a dose per kilogram, or an example of it."""
    if one.unit != DoseUnit.CELLS:
        return False
    by_weight = any(
        other.unit == DoseUnit.CELLS_PER_KG and _WEIGHTS[0] <= one.high / other.high <= _WEIGHTS[1]
        for other in candidates
    )
    return by_weight and bool(_MOST.search(one.before) or _MOST.search(one.after))
