"""Doses of a single administration, read from sentences about the product: amounts, what they count, and per what.

An amount is not a dose where it counts something else (platelets, hepatocytes of another product, IU, mg), is a rate
or a laboratory value, or limits a dose beside it. A concentration is a dose only with a volume: cells = cells/mL x mL
(the labelling rule of the review's columns).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mscwatch.therapy.amounts import Amount, Shape, amounts, plain_signs
from mscwatch.therapy.model import DoseLevel
from mscwatch.therapy.passages import Passage
from mscwatch.vocabulary import DoseUnit

PLAUSIBLE = (1e3, 1e12)  # cells, or cells per kg, of one administration
_PLAUSIBLE_PARTICLES = (1e3, 1e15)

_CONCENTRATION = "cells/mL"
_NO_DOSE = "no dose"

_CELLS = re.compile(
    r"\bcells?\b|\b\w*MSCs?\b|\b\w*ASCs?\b|\b[a-z]*-?SCs\b|\bstem|\bstromal|\bMPCs?\b|\bCSM\b|\bHLSC|\bHALPC|\bMNC",
    re.IGNORECASE,
)
_PARTICLES = re.compile(r"particle|exosom|vesicle|\bEVs?\b", re.IGNORECASE)
_SOMETHING_ELSE = re.compile(
    r"""\b(?:platelets?|PLT|leu[ck]o\w*|lymphocytes?|neutrophils?|granulocytes?|erythrocytes?|WBC|RBC|ANC|copies|copy|IU|U|units?(?!\s+of\b)|mg|[mu]g|µg|
      μg|mmol|nucleated|TNC|CD\d+\+?|T[\s-]?cells?|NK|Tregs?|islets?|hepatocytes?|people|persons|patients|men|women|americans|
      adults|children|cases|deaths|carriers|dollars|euros?|participants|subjects|RPM|mm|cm|years|individuals|procedures|
      bacteria|clusters?|CFU|viral|virus\w*|genomes?|vg|rpm|red\ blood|white\ blood|x\s?g|meters?|steps|times)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PER = re.compile(
    r"""(?:/|\bper\b|\bfor\s+each\b|\bby\b|\*|\bx\b)\s*(?:each\s+|every\s+|one\s+|the\s+|patient'?s?\s+|recipient'?s?\s+|actual\s+|body\s+|of\s+|a\s+)*
        (?P<count>\d+(?:[.,]\d+)?(?:\s*-\s*\d+(?:[.,]\d+)?)?)?\s*
        (?P<what>kg|k\b|kilo(?:gram)?s?|weight|m[lL]\b|cc\b|cm3|cm\^?\s?3|milliliters?|cubic\s+cent\w+|l\b|lit(?:er|re)s?|dl|[uµμ]l|mm3|mm\^?3|microlit\w+
          |cm2|cm\s?\^?\s?2|cm²|cm\b|square\s+cm|square\s+cent\w+|g\b|gram|mm2|min\b|minutes?|hour|h\b|sec\w*|m2)
      | \bkg\s?\^?\s?-1 | (?<=cells)\s+kg\b | \bkilogram\s+body | \bweight\s*\(kg\)""",
    re.IGNORECASE | re.VERBOSE,
)
_BODY_WEIGHT = re.compile(r"k|weight", re.IGNORECASE)
_VOLUME = re.compile(r"m|cc|cubic", re.IGNORECASE)
_SURFACE = re.compile(r"cm|square|g|mm2|m2", re.IGNORECASE)
_MILLILITRES = re.compile(r"(?<![\w.,/])(\d+(?:[.,]\d+)?)\s*(?:ml\b|cc\b|milliliters?|cm3)", re.IGNORECASE)

_LIMIT = re.compile(
    r"(?:max\w*|up to|not?(?: to)? exceed\w*|no more than|at least|minim\w*|less than|more than|"
    r"limit\w*|[<>≤≥]|capped?)\W*"
    r"(?:(?:an?|of|to|the|total|dose|is|number|cells?|dosage)\W*){0,4}$",
    re.IGNORECASE,
)
_PREPARATION = re.compile(
    r"(?:expanded|supplied|packag\w*|formulated|harvest\w*|aspirat\w*|vials?|bags?|seed\w*|densit\w+|yield\w*|passage|collect\w*|cultur\w*|"
    r"concentrations? of|suspension of|frozen|cryo\w*|viabilit\w+|plated|each (?:ml|syringe))\b[^.;]{0,40}$",
    re.IGNORECASE,
)
_CONTAINER = re.compile(
    r"(?:/|\bper|\beach|\bin an?|\bin one)\s*(?:bag|vial|syringe|tube|ampoule|pack|bottle)", re.IGNORECASE
)
_TOTALLED = re.compile(r"\(\s*(?:an?\s+|in\s+)?total(?:\s+of|:)?\s*$", re.IGNORECASE)
_AS_MAXIMUM = re.compile(r"[^.;]{0,40}\b(?:is|as|being)\s+(?:an?|the)\s+maxim", re.IGNORECASE)
_TOLERANCE = re.compile(r"(?:\brange:?|\branging)\W*(?:from|of|between)?\W*$", re.IGNORECASE)
_DOSE_WORD = re.compile(
    r"\bdos(?:e|es|age)\b|\binject|\binfus|\breceiv|\badminist|\btransplant|\bgiven\b", re.IGNORECASE
)
_CLAUSE_END = re.compile(r"[.;\n](?:\s|$)|\s-\s|,\s+(?=(?:\w+ed|at|with|over)\b)")
_LISTED = re.compile(r"\s*(?:,|/|and|or|,\s*and|,\s*or|&|;|vs\.?|versus|\+)\s*", re.IGNORECASE)
_AGAIN = re.compile(r"\s*\(\s*(?:=|i\.e\.,?)?\s*", re.IGNORECASE)
_RANGED = re.compile(r"\s*(?:\w*cells?|\w*MSCs?)?\s*(?:(?:/|per)\s*kg)?\s*(?:-|\bto\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unread:
    """An amount that looks like a dose but could not be read as one, and why."""

    path: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An amount in its sentence with its unit; `told` where it is the dose itself, not a limit or a vial."""

    low: float
    high: float
    unit: str
    told: bool
    span: str
    start: int
    sentence: Passage


def read_doses(
    sentences: Iterable[Passage], *, bare: bool, counted: frozenset[str] = frozenset()
) -> tuple[list[DoseLevel], list[Unread]]:
    """The dose levels in sentences, without repetitions, and the amounts that could not be read.

    `bare`: a power of ten without the word cells counts cells (true of arms, not of descriptions).
    `counted`: words that mean this product here and something else elsewhere ("hepatocytes", "cd34").
    """
    candidates: list[_Candidate] = []
    unread: list[Unread] = []
    for sentence in sentences:
        for candidate in _candidates(sentence, bare=bare, counted=counted):
            if candidate.unit == _CONCENTRATION:
                told = _with_volume(candidate)
                if told is None:
                    unread.append(_unread(candidate, "a concentration without a volume"))
                else:
                    candidates.append(told)
            elif not _plausible(candidate):
                unread.append(_unread(candidate, "not a plausible number of cells (1e3 to 1e12)"))
            else:
                candidates.append(candidate)
    chosen = [one for one in candidates if one.told] or candidates
    return _levels(chosen), unread


def _candidates(sentence: Passage, *, bare: bool, counted: frozenset[str]) -> Iterator[_Candidate]:
    """The amounts of a sentence that count cells or particles, with their units, ranges joined."""
    text = plain_signs(sentence.text)
    found = _ranges(text, amounts(text))
    unit, told = _NO_DOSE, True
    read: list[_Candidate] = []
    for index in reversed(range(len(found))):
        amount = found[index]
        following = found[index + 1] if index + 1 < len(found) else None
        between = text[amount.end : following.start] if following else ""
        shared = following and (
            following.end == amount.end or _LISTED.fullmatch(between) or _AGAIN.fullmatch(between)
        )
        if not shared or following is None:
            after = text[amount.end : following.start if following else amount.end + 110]
            unit, told = _unit(amount, text[max(0, amount.start - 60) : amount.start], after, bare, counted)
        end = amount.end + _told_until(text[amount.end : following.start if following else amount.end + 60])
        if unit != _NO_DOSE and not _alias(text, found, index):
            span = sentence.text[amount.start : end]
            read.append(_Candidate(amount.low, amount.high, unit, told, span, amount.start, sentence))
    yield from reversed(read)


def _told_until(after: str) -> int:
    """The length of the words after an amount that say what it counts: "/kg", else "hUC-MSCs"."""
    clause = re.split(r"[.;,\n(]", after[:60])[0]
    told = _PER.search(clause) or _CELLS.search(clause) or _PARTICLES.search(clause)
    return told.end() if told else 0


def _ranges(text: str, found: list[Amount]) -> list[Amount]:
    """Two whole amounts around a dash or "to" are one range: 1x10^6-3x10^6, "between 1 and 2 million"."""
    merged: list[Amount] = []
    for amount in found:
        last = merged[-1] if merged else None
        between = text[last.end : amount.start] if last and last.end <= amount.start else ""
        begun = last and re.search(r"between\s*$", text[: last.start], re.IGNORECASE)
        least = last and re.search(r"\bminimum(?: dose)?(?: of)?\s*$", text[: last.start], re.IGNORECASE)
        joined = (
            _RANGED.fullmatch(between)
            or (begun and between.strip().lower() == "and")
            or (least and re.search(r"\bmaximum(?: dose)?(?: of)?\s*$", between, re.IGNORECASE))
        )
        if last and joined and last.low < amount.high:
            merged[-1] = replace(last, high=amount.high, end=amount.end)
        else:
            merged.append(amount)
    return merged


def _unit(amount: Amount, before: str, after: str, bare: bool, counted: frozenset[str]) -> tuple[str, bool]:
    """What an amount counts and per what, and whether it is the dose itself."""
    clause = _CLAUSE_END.split(after)[0]
    per = _PER.search(clause)
    noun = clause[: per.start()] if per else clause
    cells, particles = _CELLS.search(noun[:90]), _PARTICLES.search(noun[:60])
    other = _SOMETHING_ELSE.search(noun[:45])
    if (
        other
        and other[0].lower().rstrip("s+") not in counted
        and not (other[0].lower().startswith("unit") and _CELLS.search(before[-12:]))
        and not (cells and cells.start() < other.start())
    ):
        return _NO_DOSE, False
    told = not (
        _LIMIT.search(before)
        or _AS_MAXIMUM.match(clause)
        or _TOTALLED.search(after)  # 3x10^7 per side (total 6x10^7)
        or _PREPARATION.search(before)
        or _CONTAINER.search(clause[:60])
    )
    if _TOLERANCE.search(before):
        return _NO_DOSE, False
    if particles and not (
        cells
        and cells.start() < particles.start()
        and not re.search(r"cells?\W*$|MSCs?[-\s]", noun[: particles.start()])
    ):
        return (
            (DoseUnit.PARTICLES, told)
            if not per or _VOLUME.match(per["what"] or "")
            else (DoseUnit.OTHER, told)
        )
    if per:
        return _per_unit(per, told=told, counts=bool(cells) or amount.shape != Shape.PLAIN)
    if cells and (amount.shape != Shape.PLAIN or cells.start() < 60):  # noqa: PLR2004 - "1000 healthy ... cells" is near
        return DoseUnit.CELLS, told
    said = amount.shape == Shape.POWER or (amount.shape == Shape.WORD and _DOSE_WORD.search(before))
    said = said or bool(other and amount.shape == Shape.WORD)  # "MSC 30 million unit"
    return (DoseUnit.CELLS, told) if bare and said else (_NO_DOSE, False)


def _per_unit(per: re.Match[str], *, told: bool, counts: bool) -> tuple[str, bool]:
    what = per["what"]
    if what is None or _BODY_WEIGHT.match(what):
        return (
            (_NO_DOSE, False) if per["count"] else (DoseUnit.CELLS_PER_KG, told)
        )  # "5 million/20kg" is an example
    if not counts:
        return _NO_DOSE, False
    if _SURFACE.match(what) and not re.match(r"cm\W*3", what):
        return DoseUnit.OTHER, told
    if _VOLUME.match(what) and not re.match(r"min|mm|micro", what, re.IGNORECASE):
        # "5 x 10^7 cells/10 mL" is all of it in a volume; without a number it is a concentration.
        return (DoseUnit.CELLS, False) if per["count"] else (_CONCENTRATION, told)
    return _NO_DOSE, False


def _alias(text: str, found: list[Amount], index: int) -> bool:
    """Whether an amount repeats the one before it in brackets: 20 million (2 x 10^7)."""
    if not index:
        return False
    return bool(_AGAIN.fullmatch(text[found[index - 1].end : found[index].start]))


def _with_volume(candidate: _Candidate) -> _Candidate | None:
    """A number of cells: the concentration times the nearest volume of its sentence, in mL; None without one."""
    text = plain_signs(candidate.sentence.text)
    volumes = [(abs(match.start() - candidate.start), match) for match in _MILLILITRES.finditer(text)]
    if not volumes:
        return None
    volume = float(min(volumes, key=lambda found: found[0])[1][1].replace(",", "."))
    whole = replace(
        candidate, low=candidate.low * volume, high=candidate.high * volume, unit=DoseUnit.CELLS, told=False
    )
    return whole if _plausible(whole) else None


def _plausible(candidate: _Candidate) -> bool:
    least, most = _PLAUSIBLE_PARTICLES if candidate.unit == DoseUnit.PARTICLES else PLAUSIBLE
    return candidate.unit == DoseUnit.OTHER or least <= candidate.low <= candidate.high <= most


def _unread(candidate: _Candidate, message: str) -> Unread:
    return Unread(candidate.sentence.path, candidate.sentence.text[:200], message)


def _levels(candidates: list[_Candidate]) -> list[DoseLevel]:
    levels: dict[tuple[float, float, str], DoseLevel] = {}
    for one in candidates:
        level = DoseLevel(
            one.sentence.arm, one.low, one.high, DoseUnit(one.unit), one.span, one.sentence.path
        )
        known = levels.setdefault((one.low, one.high, one.unit), level)
        if level.arm and not known.arm:
            levels[one.low, one.high, one.unit] = level
    return list(levels.values())
