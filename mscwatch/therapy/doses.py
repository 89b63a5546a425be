"""Doses of a single administration, read from sentences about the product: amounts, what they count, and per what.

An amount is not a dose where it counts something else (platelets, hepatocytes of another product, IU, mg), is a rate
or a laboratory value, or limits a dose beside it. A concentration is a dose only with a volume: cells = cells/mL x mL
(the labelling rule of the review's columns).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from mscwatch.therapy import counts, days, terms, volumes
from mscwatch.therapy.amounts import Amount, amounts, plain_signs
from mscwatch.therapy.containers import containers
from mscwatch.therapy.counting import CELLS, CONCENTRATIONS, NO_DOSE, PARTICLES, PER, what
from mscwatch.therapy.levels import Candidate, is_total, levels, once, unique
from mscwatch.therapy.model import DoseLevel, Evidence, Unread
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.plausible import is_plausible
from mscwatch.therapy.ranges import joined
from mscwatch.therapy.terms import DESCRIPTION, NOTHING, PRODUCT, SUMMARY, TITLES, Told
from mscwatch.therapy.words import names
from mscwatch.vocabulary import CellType, DoseUnit, ProductForm
from mscwatch.vocabulary.patterns import pattern_of

IMPLAUSIBLE = "implausible"
DIVIDED = "a total divided by the number of administrations"
PER_KILOGRAM = ", per kilogram"  # such amounts hardly ever count anything else

_MONONUCLEAR = frozenset({"mononuclear", "mnc", "bmmnc", "bm-mnc"})
_COUNTED = {
    CellType.HEPATOCYTE: frozenset({"hepatocyte"}),
    CellType.HAEMATOPOIETIC: frozenset({"cd34", "cd133", "nucleated", "tnc"}),
    CellType.MONONUCLEAR: _MONONUCLEAR | {"cd34", "cd133", "nucleated", "tnc"},
    CellType.MIXED: _MONONUCLEAR,
    CellType.IMMUNE: frozenset({"t cell", "treg", "nk", "tcell"}),
}

_MILLILITRES = pattern_of(
    r"(?<![\w.,/-])(\d+(?:[.,]\d+)?)(?:\s*(?:-|to)\s*(\d+(?:[.,]\d+)?))?\s*(?:ml\b|cc\b|milliliters?|cm3)",
    re.IGNORECASE,
)
_GIVES_ALL = pattern_of(  # "2 ml of it are injected"
    r"(?:\btotal\b[^;]{0,80}|^\W*[\d.,]+\s*)\b(?:ml|cc)\b[^;]{0,80}\b(?:inject|infus|admin|given)",
    re.IGNORECASE,
)
_MEASURED = {ProductForm.EXOSOME, ProductForm.CONDITIONED_MEDIUM, ProductForm.OTHER}
_AT_EACH = pattern_of(  # "0.5 ml per quadrant"
    r"[^.;,)]{0,40}?(?:\b(?:per|each|every)|/)\s*(?:of\s+)?(?:(?:the|injection|fistula)\s+){0,2}"
    r"(?:quadrant|sit|point|spot|location|track|tract|level|side)",
    re.IGNORECASE,
)
_LISTED = pattern_of(
    r"\s*(?:\([^()]{0,30}\)\s*)?(?:,|/|and|or|,\s*and|,\s*or|&|;|vs\.?|versus|\+)\s*", re.IGNORECASE
)
_AGAIN = pattern_of(r"\s*(?:\(\s*(?:=|i\.e\.,?)?|±|\+/-)\s*", re.IGNORECASE)
_ABOUT = pattern_of(
    r"[^.;()]{0,40}\(\s*(?:=|i\.e\.,?|approx\w*\.?|about|equivalent\s+to|corresponding\s+to)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Doses:
    """The dose levels, the words of each and where they stood, and the amounts that could not be read."""

    levels: tuple[DoseLevel, ...] = ()
    told: Told = NOTHING
    unread: tuple[Unread, ...] = ()


def read(passages: Passages, kind: CellType, shapes: tuple[ProductForm, ...]) -> Doses:
    """The dose levels of the first place that has any; unread amounts only where no place has one."""
    counted = _COUNTED.get(kind, frozenset())
    tiers: tuple[tuple[str, bool, Iterable[Passage]], ...] = (
        (PRODUCT, True, terms.about_product(passages.product, passages.brands)),
        (TITLES, True, terms.sentences(passages.titles)),
        (SUMMARY, False, terms.own_sentences(passages.summary, passages.brands)),
        (DESCRIPTION, False, terms.own_sentences(passages.description, passages.brands)),
    )
    missed: list[Unread] = []
    odd: list[DoseLevel] = []
    for place, bare, sentences in tiers:
        read_levels, unread, implausible = read_doses(sentences, bare=bare, counted=counted)
        missed += unread
        made = unique(_of_form(one, shapes) for one in (*read_levels, *implausible))
        odd = odd or [one for one in made if not is_plausible(one.unit, one.low, one.high)]
        if found := [one for one in made if is_plausible(one.unit, one.low, one.high)]:
            if ProductForm.CELLS in shapes and _MEASURED & set(shapes):
                found += volumes.read(passages)  # of what cells shed, beside the cells
            per_kilogram = all(one.unit is DoseUnit.CELLS_PER_KG for one in found)
            tier = f"{place}{PER_KILOGRAM}" if per_kilogram else place
            return _doses(found, tier, f"amount {tier}")
    by_volume = kind is CellType.MIXED or bool(_MEASURED & set(shapes))
    if measured := list(volumes.read(passages) if by_volume else volumes.by_weight(passages)):
        return _doses(measured, volumes.TIER, volumes.TIER, missed)
    return _doses(odd, IMPLAUSIBLE, IMPLAUSIBLE, missed) if odd else Doses(unread=tuple(missed))


def _doses(found: list[DoseLevel], tier: str, rule: str, unread: Iterable[Unread] = ()) -> Doses:
    evidence = tuple(Evidence(one.path, one.evidence, rule) for one in found)
    return Doses(tuple(found), Told(tuple(str(one.low) for one in found), evidence, tier), tuple(unread))


def each_time(whole: Doses, passages: Passages, count: int) -> Doses:
    """The doses; totals of several administrations, of which no single one is told, are divided by their number.

    That is the number in the sentence of the total (arms may differ), else `count`, the largest of the trial.
    """
    if count <= 1:
        return whole
    told = list(terms.sentences(passages.texts))
    divided = [part for level in whole.levels if (part := _part(level, told, count))]
    if not divided or len(divided) < len(whole.levels):
        return whole
    return _doses(divided, DIVIDED, DIVIDED, whole.unread)


def _part(level: DoseLevel, told: list[Passage], count: int) -> DoseLevel | None:
    """A single administration of a level that is a total; None where it is none."""
    for one in told:
        if one.path == level.path and level.evidence in one.text and is_total(level, one.text):
            here = max((each.number for each in (*counts.told(one), *days.listed(one))), default=0) or count
            return replace(level, low=level.low / here, high=level.high / here)
    return None


def _of_form(dose: DoseLevel, shapes: tuple[ProductForm, ...]) -> DoseLevel:
    """The dose; a number of an exosome product that names no cells counts particles, as do too many per kilogram."""
    if shapes[0] is not ProductForm.EXOSOME or names("product", dose.evidence):
        return dose
    if dose.unit is DoseUnit.CELLS_PER_KG:
        able = is_plausible(dose.unit, dose.low, dose.high)
        return dose if able else replace(dose, unit=DoseUnit.OTHER)
    return replace(dose, unit=DoseUnit.PARTICLES) if dose.unit is DoseUnit.CELLS else dose


def read_doses(
    sentences: Iterable[Passage], *, bare: bool, counted: frozenset[str] = frozenset()
) -> tuple[list[DoseLevel], list[Unread], list[DoseLevel]]:
    """The dose levels in sentences, without repetitions, the amounts that could not be read, and implausible levels.

    `bare`: a power of ten without the word cells counts cells (true of arms, not of descriptions).
    `counted`: words that mean this product here and something else elsewhere ("hepatocytes", "cd34").
    """
    candidates: list[Candidate] = []
    unread: list[Unread] = []
    told_sentences = list(sentences)
    for sentence, following in zip_longest(told_sentences, told_sentences[1:]):
        told_here = list(_candidates(sentence, bare=bare, counted=counted))
        if told_here and not bare:  # beside a number of cells another number need not name them
            told_here = list(_candidates(sentence, bare=True, counted=counted))
        for candidate in told_here:
            if candidate.unit in CONCENTRATIONS:
                told = _with_volume(
                    candidate, following if following and following.path == sentence.path else None
                )
                if told is None:
                    unread.append(_unread(candidate, "a concentration without a volume"))
                else:
                    candidates.append(told)
            else:
                candidates.append(candidate)
    able = [one for one in candidates if one.is_plausible]
    return levels(able), unread, once(one for one in candidates if not one.is_plausible)


def _candidates(sentence: Passage, *, bare: bool, counted: frozenset[str]) -> Iterator[Candidate]:
    """The amounts of a sentence that count cells or particles, with their units, ranges joined."""
    text = plain_signs(sentence.text)
    found = joined(text, amounts(text))
    unit, told = NO_DOSE, True
    read: list[Candidate] = []
    for index in reversed(range(len(found))):
        amount = found[index]
        following = found[index + 1] if index + 1 < len(found) else None
        between = text[amount.end : following.start] if following else ""
        shared = following and (
            following.end == amount.end or _LISTED.fullmatch(between) or _AGAIN.fullmatch(between)
        )
        if not shared or following is None or (unit in CONCENTRATIONS and following.end != amount.end):
            after = text[amount.end : following.start if following else amount.end + 110]
            unit, told = what(amount, text[max(0, amount.start - 60) : amount.start], after, bare, counted)
        end = amount.end + _told_until(text[amount.end : following.start if following else amount.end + 60])
        if unit != NO_DOSE and amount.high > 0 and not _alias(text, found, index):
            if unit in (DoseUnit.CELLS, DoseUnit.PARTICLES) and (many := containers(text, amount)):
                amount, told = replace(amount, low=amount.low * many, high=amount.high * many), True
            span = sentence.text[amount.start : end]
            read.append(Candidate(amount.low, amount.high, unit, told, span, amount.start, sentence))
    yield from reversed(read)


def _told_until(after: str) -> int:
    """The length of the words after an amount that say what it counts: "/kg", else "hUC-MSCs"."""
    clause = re.split(r"[.;,\n(]", after[:60])[0]
    told = PER.search(clause) or CELLS.search(clause) or PARTICLES.search(clause)
    return told.end() if told else 0


def _alias(text: str, found: list[Amount], index: int) -> bool:
    """Whether an amount repeats the one before it in brackets: 20 million (2 x 10^7)."""
    if not index:
        return False
    between = text[found[index - 1].end : found[index].start]
    return bool(_AGAIN.fullmatch(between) or _ABOUT.fullmatch(between))


def _with_volume(candidate: Candidate, following: Passage | None) -> Candidate | None:
    """A number of cells: the concentration times the nearest volume in mL, of its sentence or else of the next one.

    None without a volume.
    """
    text = plain_signs(candidate.sentence.text)
    measures = [
        (abs(match.start() - candidate.start), match)
        for match in _MILLILITRES.finditer(text, max(0, candidate.start - 300), candidate.start + 300)
        if not _AT_EACH.match(text, match.end())
    ]
    if not measures and following and _GIVES_ALL.search(following.text):
        measures = [(match.start(), match) for match in _MILLILITRES.finditer(plain_signs(following.text))]
    if not measures:
        return None
    _, nearest = min(measures, key=lambda found: found[0])
    least, most = (float(volume.replace(",", ".")) for volume in (nearest[1], nearest[2] or nearest[1]))
    whole = replace(
        candidate,
        low=candidate.low * least,
        high=candidate.high * most,
        unit=CONCENTRATIONS[candidate.unit],
        told=False,
        is_made=True,
    )
    return whole if whole.is_plausible else None


def _unread(candidate: Candidate, message: str) -> Unread:
    return Unread(candidate.sentence.path, candidate.sentence.text[:200], message)
