"""The dose of one administration, and how often it was given, in the sentences of an abstract. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.review.study_text import Drafted, StudyText, all_of, without_ranges
from mscwatch.therapy import doses, schedule
from mscwatch.therapy.counting import CELLS
from mscwatch.therapy.model import DoseLevel
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.words import names
from mscwatch.vocabulary import DoseUnit
from mscwatch.vocabulary.patterns import pattern_of

_TREATING = pattern_of(
    r"\b(?:inject|infus|transplant|implant|administ|receiv|treat|got|given|dos(?:e|age|ing)|cohort|deliver"
    r"|transfus)\w*",
    re.IGNORECASE,
)
_TREATED_ONES = pattern_of(  # who was treated, in a sentence on what came of it
    r"\btreated (?:patients|groups?|subjects|participants|children|adults|cohorts?|arms?|sides?|sites?|eyes|knees"
    r"|limbs|legs|joints|lesions|wounds|fistulas?|teeth|defects)\b",
    re.IGNORECASE,
)
_OF_LABORATORY = pattern_of(
    r"[^.;,]{0,25}(?:\b(?:ng|pg|mg|IU|copies|mmol)\b|[µμu]mol|/\s?m?L\b)", re.IGNORECASE
)
_OF_VESSEL = pattern_of(r"\W*(?:cells?\W+)?per (?:flask|well|dish|plate|bottle|passage)", re.IGNORECASE)
_TOTAL = pattern_of(
    r"\b(?:a|in) total (?:dose )?of\s*$|\btotall?ing\s*$|\bcumulative dose of\s*$", re.IGNORECASE
)
_OF_ALL_PATIENTS = pattern_of(  # "in all, 68 doses were infused"
    r"\b(?:in all|in total|an? total of|altogether|overall),?\s+\d+\s+(?:\w+\s+){0,2}"
    r"(?:doses|infusions|injections|administrations|transfusions)\b",
    re.IGNORECASE,
)
_PER_WEIGHT = pattern_of(r"\bcells?\s?/\s?kg", re.IGNORECASE)
_NEAR = 80  # characters before and behind an amount that say what it counts


def dose(text: StudyText) -> dict[str, Drafted]:
    """The lowest and the highest dose of one administration, in the unit that is named first."""
    for told, bare in _places_of_doses(text):
        levels = _with_units(doses.read_doses(told, bare=bare)[0])
        levels = [level for level in levels if not _is_of_all(text, level)] or levels
        same = [level for level in levels if level.unit == levels[0].unit]
        quotes = [quote for level in same if (quote := text.quote(level, level.evidence))]
        if same and len(quotes) == len(same):
            if not all(map(_counts_cells, quotes)):
                continue
            quote = all_of(quotes)
            low, high = min(level.low for level in same), max(level.high for level in same)
            return {
                "dose_low": Drafted(low, quote),
                "dose_high": Drafted(high, quote),
                "dose_unit": Drafted(str(same[0].unit), quote),
            }
    return {}


def _is_of_all(text: StudyText, level: DoseLevel) -> bool:
    """Whether an amount is that of all administrations together."""
    quote = text.quote(level, level.evidence)
    return quote is not None and bool(_TOTAL.search(quote.sentence.text[: quote.start]))


def times(text: StudyText) -> Drafted | None:
    """How often the cells were given, where a number or a schedule says it; one operation says nothing."""
    told = tuple(one for one in text.passages.product if _tells_of_giving(text.by_place[one.path]))
    given = schedule.read(replace(text.passages, product=told)).count
    if not given or given.tier.startswith(schedule.SESSION):
        return None
    quote = text.quote(given.evidence[0], given.evidence[0].span)
    return Drafted(int(given.values[0]), quote) if quote else None


def _tells_of_giving(sentence: Sentence) -> bool:
    """Whether a sentence tells how the cells were given, and not how often something was measured."""
    if _OF_ALL_PATIENTS.search(sentence.text):
        return False
    is_late = sentence.part in (Part.RESULTS, Part.CONCLUSION)
    gives = _TREATING.search(_TREATED_ONES.sub("", sentence.text))
    return bool(gives) and (not is_late or names("product", sentence.text))


def _with_units(levels: Sequence[DoseLevel]) -> list[DoseLevel]:
    """The levels; a mean without a unit takes that of the range behind it in its sentence."""
    told = list(levels)
    for index in reversed(range(len(told) - 1)):
        level, following = told[index], told[index + 1]
        if level.path == following.path and not CELLS.search(level.evidence) and level.unit is DoseUnit.CELLS:
            told[index] = replace(level, unit=following.unit)
    return told


def _counts_cells(quote: Quote) -> bool:
    """Whether an amount without the word cells stands where cells are given, and in no unit of a laboratory."""
    text = quote.sentence.text
    if _OF_VESSEL.match(text, quote.end):
        return False
    if CELLS.search(text, quote.start, quote.end) or "kg" in text[quote.start : quote.end]:
        return True
    before, after = text[max(0, quote.start - _NEAR) : quote.start], text[quote.end : quote.end + _NEAR]
    return bool(_TREATING.search(before) or CELLS.search(before)) and not _OF_LABORATORY.match(after)


def _places_of_doses(text: StudyText) -> Iterator[tuple[Iterable[Passage], bool]]:
    """The sentences that may tell a dose, and whether a bare power of ten counts cells there."""
    of_cells = [one for one in text.by_place.values() if names("product", one.text)]
    for part, bare in (
        (Part.METHODS, True),
        (Part.TITLE, False),
        (Part.RESULTS, False),
        (Part.CONCLUSION, False),
    ):
        told = [one for one in of_cells if one.part is part and (not bare or _TREATING.search(one.text))]
        yield [Passage(str(one.place), without_ranges(one.text)) for one in told], bare
    planned = [
        one for one in text.by_place.values() if one.part is Part.METHODS and _PER_WEIGHT.search(one.text)
    ]
    yield [Passage(str(one.place), without_ranges(one.text)) for one in planned], False
