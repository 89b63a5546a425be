"""The cells of an abstract, read with the grammar of registry records from the sentences about the study itself. Pure.

What differs from a record is where words stand: there are no arms with names, and the title counts first. What only
follows from a procedure (a patient's own fat, one operation) is not stated, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.therapy import disease, doses, origin, product, route, schedule
from mscwatch.therapy.counting import CELLS
from mscwatch.therapy.model import DoseLevel, Evidence
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import Told
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary import CellType, DoseUnit, IndicationGroup, ProductForm

Value = str | int | float | tuple[str, ...]
_RANGE = re.compile(r"\brang(?:e|ed|ing)\b", re.IGNORECASE)
_TREATING = re.compile(
    r"\b(?:inject|infus|transplant|implant|administ|receiv|treat|got|given|dos(?:e|age|ing)|cohort|deliver"
    r"|transfus)\w*",
    re.IGNORECASE,
)
_OF_LABORATORY = re.compile(
    r"[^.;,]{0,25}(?:\b(?:ng|pg|mg|IU|copies|mmol)\b|[µμu]mol|/\s?m?L\b)", re.IGNORECASE
)
_OF_VESSEL = re.compile(r"\W*(?:cells?\W+)?per (?:flask|well|dish|plate|bottle|passage)", re.IGNORECASE)
_NEAR = 80  # characters before and behind an amount that say what it counts
# Whose something else is: "allogenic cartilage", "autologous chondrocytes", "autologous plasma".
_OF_OTHER_TISSUE = re.compile(
    r"\b(?:autolog\w*|allogen\w*)(?=\s+(?:(?!\w*MSCs?\b|stem|cells?\b|mesench|stromal)[\w-]+\s+){0,2}?"
    r"(?:cartilage|chondr\w*|grafts?|periost\w*|serum|plasma|platelet\w*|lysate|fibrin|tendon|skin)\b)",
    re.IGNORECASE,
)
_CHANGED_INTO = re.compile(
    r"\bdifferentiated (?:in)?to (?:\w+[ -]){0,2}(?!hepat)\w+|\b(?:chondrocyte|osteoblast|neuron"
    r"|cardiomyocyte)-like\b",
    re.IGNORECASE,
)
_DISEASE = re.compile(
    r"\b(?:patients?|subjects?|participants?|children|adults|recipients?|people|cases?|individuals"
    r"|knees|eyes)\b(?:\s*\([^()]{1,60}\))?\s+(?:with|suffering from|who had|having|affected by"
    r"|diagnosed with)\s+(?P<disease>[^.;:]{3,160})",
    re.IGNORECASE,
)
_TREATMENT_OF = re.compile(
    r"\b(?:treatment|management|therapy|symptoms)\s+(?:of|for"
    r"|in)\s+(?:patients with\s+)?(?P<disease>[^.;:]{3,140})",
    re.IGNORECASE,
)
_OF_TITLE = re.compile(
    r"\b(?:(?:patients?|subjects|children|adults|recipients) with|for(?: the)?(?: treatment of)?"
    r"|treatment of|symptoms of|in)\s+(?P<disease>[^.;:]{3,140})",
    re.IGNORECASE,
)
_DISEASE_ENDS = re.compile(
    r"\s*(?:[(,]|\b(?:were|was|who|whom|which|that|are|is|underwent|received|treated|enrolled|included"
    r"|recruited|randomly|randomi[sz]ed|to|using|by|caused|due|secondary|resulting|induced by|at|from"
    r"|between|during|after|before|under|participated|had|have|"
    r"and (?:were|injected|received|divided|randomi[sz]ed|treated|followed)|a (?:phase|pilot|random"
    r"|prospective|clinical|multi)\w*|in (?:this|the|our|a|whom|two|three)|through|via"
    r"|with(?=\s+(?:autologous|allogeneic|MSC|mesenchymal|stem)))\b|\s-\s|$)",
    re.IGNORECASE,
)
_NO_DISEASE = re.compile(
    r"\b(?:repair|regenerat\w+|combination|mixture|scaffolds?|implantation|surgery"
    r"|improv\w+)\b",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(r"^(?:the|an?|their|either|symptomatic patients with)\s+", re.IGNORECASE)


class Drafted(NamedTuple):
    """A value and the words that it was read from."""

    value: Value
    quote: Quote


@dataclass(frozen=True, slots=True)
class _Text:
    """The sentences of a study by their place, and as passages of the reader of records."""

    by_place: dict[str, Sentence]
    passages: Passages

    def quote(self, seen: Evidence | DoseLevel, words: str) -> Quote | None:
        """The place of the words that the reader quotes; None where they do not stand in their sentence."""
        sentence = self.by_place.get(seen.path)
        start = _for_doses(sentence.text).find(words) if sentence else -1
        if sentence and start < 0:
            start = sentence.text.find(words)
        return (
            Quote(sentence, start, start + len(words)) if sentence and start >= 0 and words.strip() else None
        )


def cells(told: Sequence[Sentence]) -> dict[str, Drafted]:
    """The cells of the product: column -> value with its words. Nothing where no cells are named."""
    text = _text(told)
    kinds = product.cell_types(text.passages)
    if not kinds:
        return {}
    kind = CellType(kinds.values[0])
    of_title = Passages(titles=text.passages.titles)
    source = origin.cell_source(of_title, kind) or origin.cell_source(text.passages, kind)
    donor = _donor(text, source.values, kind)
    found = {
        "cell_source": _listed(text, source),
        "donor": None if _of_procedure(donor) else _listed(text, donor),
        "product_form": _form(text, kinds, kind),
        "route": _listed(text, route.route(text.passages)),
        "infusions_max": _times(text),
        **_doses(text),
    }
    return {name: drafted for name, drafted in found.items() if drafted}


def patients(told: Sequence[Sentence]) -> dict[str, Drafted]:
    """What the patients have: `disease` as written, and for livers the group and the causes."""
    text = _text(told)
    named = _disease(told)
    conditions = (
        (Passage(str(named.sentence.place), named.sentence.text[named.start : named.end]),) if named else ()
    )
    known = Passages(
        titles=text.passages.titles,
        product=text.passages.product,
        conditions=conditions,
        summary=text.passages.product,
    )
    group = disease.indication(known)
    found: dict[str, Drafted | None] = {"disease": Drafted(named.words, named) if named else None}
    if group and group.values[0] != IndicationGroup.NONE:
        quotes = [quote for seen in group.evidence if (quote := text.quote(seen, seen.span))]
        found["indication_group"] = Drafted(group.values[0], quotes[0]) if quotes else None
        found["aetiology"] = _listed(text, disease.aetiology(known))
    return {name: drafted for name, drafted in found.items() if drafted}


def _text(told: Sequence[Sentence]) -> _Text:
    """The sentences as the reader of records takes them: what an abstract says of its study is about the product."""
    by_place = {str(sentence.place): sentence for sentence in told}
    title, *others = [
        [Passage(place, clause) for clause in sentence.text.split("; ")]
        for place, sentence in by_place.items()
    ]
    return _Text(
        by_place,
        Passages(titles=tuple(title), product=tuple(clause for clauses in others for clause in clauses)),
    )


def _listed(text: _Text, told: Told) -> Drafted | None:
    """Values with the words from the first to the last, where these stand together; else the words of the first."""
    pairs = [
        (value, text.quote(seen, seen.span)) for value, seen in zip(told.values, told.evidence, strict=False)
    ]
    quotes = [quote for _, quote in pairs if quote]
    if not quotes:
        return None
    return Drafted(tuple(value for value, quote in pairs if quote), _all_of(quotes))


def _all_of(quotes: Sequence[Quote]) -> Quote:
    first, *others = quotes
    for other in others:
        first = first.to(other)
    return first


def _donor(text: _Text, sources: tuple[str, ...], kind: CellType) -> Told:
    """Whose the cells are: by the title, else by the abstract, without what is said of another tissue."""
    titles, product = (
        tuple(replace(one, text=_OF_OTHER_TISSUE.sub(_blank, one.text)) for one in passages)
        for passages in (text.passages.titles, text.passages.product)
    )
    return origin.donor(Passages(titles=titles), (), kind) or origin.donor(
        Passages(titles=titles, product=product), sources, kind
    )


def _of_procedure(donor: Told) -> bool:
    """Whether the donor only follows from how the cells were got, as records may say it."""
    return any(seen.rule.startswith("donor_implied") for seen in donor.evidence)


def _form(text: _Text, kinds: Told, kind: CellType) -> Drafted | None:
    """What is given: cells, unless a form is named, or the cells are a mixture or were made into others."""
    forms = product.forms(text.passages)
    named = _listed(text, forms)
    if named and isinstance(named.value, tuple):
        return Drafted(named.value[0], named.quote)
    for sentence in text.by_place.values():
        if match := _CHANGED_INTO.search(sentence.text):
            return Drafted(ProductForm.OTHER, Quote(sentence, match.start(), match.end()))
    if kind is CellType.MIXED and (mixture := _mixture(text)):
        return Drafted(ProductForm.OTHER, mixture)
    quote = text.quote(kinds.evidence[0], kinds.evidence[0].span) if kinds.evidence else None
    return Drafted(ProductForm.CELLS, quote) if quote else None


def _mixture(text: _Text) -> Quote | None:
    """The words of a mixture of cells as it comes from the body: marrow concentrate, stromal vascular fraction."""
    for sentence in text.by_place.values():
        for cells in find("cell_type", sentence.text):
            if cells.value == "tissue":
                return Quote(sentence, cells.start, cells.end)
    return None


def _times(text: _Text) -> Drafted | None:
    """How often the cells were given, where a number or a schedule says it; one operation says nothing."""
    given = schedule.read(text.passages).count
    if not given or given.tier.startswith(schedule.SESSION):
        return None
    quote = text.quote(given.evidence[0], given.evidence[0].span)
    return Drafted(int(given.values[0]), quote) if quote else None


def _doses(text: _Text) -> dict[str, Drafted]:
    """The lowest and the highest dose of one administration, in the unit that is named first."""
    for told, bare in _places_of_doses(text):
        levels = _with_units(doses.read_doses(told, bare=bare)[0])
        same = [level for level in levels if level.unit == levels[0].unit]
        quotes = [quote for level in same if (quote := text.quote(level, level.evidence))]
        if same and len(quotes) == len(same):
            if not all(map(_counts_cells, quotes)):
                continue
            quote = _all_of(quotes)
            low, high = min(level.low for level in same), max(level.high for level in same)
            return {
                "dose_low": Drafted(low, quote),
                "dose_high": Drafted(high, quote),
                "dose_unit": Drafted(str(same[0].unit), quote),
            }
    return {}


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


def _places_of_doses(text: _Text) -> Iterator[tuple[Iterable[Passage], bool]]:
    """The sentences that may tell a dose, and whether a bare power of ten counts cells there."""
    of_cells = [one for one in text.by_place.values() if names("product", one.text)]
    for part, bare in (
        (Part.METHODS, True),
        (Part.TITLE, False),
        (Part.RESULTS, False),
        (Part.CONCLUSION, False),
    ):
        told = [one for one in of_cells if one.part is part and (not bare or _TREATING.search(one.text))]
        yield [Passage(str(one.place), _for_doses(one.text)) for one in told], bare


def _blank(match: re.Match[str]) -> str:
    """As many letters as the match has, so that places in the text stay valid."""
    return "y" * len(match[0])


def _for_doses(text: str) -> str:
    """The sentence without "range", which in records limits a dose and in papers tells it."""
    return _RANGE.sub(_blank, text)


def _disease(told: Sequence[Sentence]) -> Quote | None:
    """The disease as the methods name it behind "patients with", else as the title does."""
    methods = [one for one in told[1:] if one.part is Part.METHODS]
    places = ((methods, _DISEASE), (told[:1], _OF_TITLE), (methods, _TREATMENT_OF), (told[1:], _DISEASE))
    for sentence, pattern in ((sentence, pattern) for sentences, pattern in places for sentence in sentences):
        for match in pattern.finditer(sentence.text):
            end = _DISEASE_ENDS.search(match["disease"])
            words = match["disease"][: end.start() if end else None]
            article = _NOT_A_NAME.match(words)
            start = match.start("disease") + (article.end() if article else 0)
            stop = match.start("disease") + len(words)
            if not _NO_DISEASE.search(sentence.text, start, stop) and any(
                names(field, sentence.text[start:stop]) for field in ("indication", "aetiology", "area")
            ):
                return Quote(sentence, start, stop)
    return None
