"""The cells of an abstract, read with the grammar of registry records from the sentences about the study itself. Pure.

What differs from a record is where words stand: there are no arms with names, and the title counts first. What only
follows from a procedure (a patient's own fat, one operation) is not stated, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mscwatch.review import dosing
from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.review.study_text import Drafted, StudyText, blank
from mscwatch.therapy import form, origin, product, route
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import Told
from mscwatch.therapy.vocabulary import TISSUE
from mscwatch.therapy.words import find
from mscwatch.vocabulary import CellSource, CellType, ProductForm
from mscwatch.vocabulary.patterns import pattern_of

_GRAFT = pattern_of(r"\b(?:umbilical[ -])?cord[ -]blood (?:(?:stem )?cells? )?transplant\w*", re.IGNORECASE)
_DEFINITION = pattern_of(
    r"(?P<cells>\b(?:bone[ -]marrow|adipose|umbilical|placent|cord|Wharton|menstrual)[\w' -]{0,40}?"
    r"\bmesenchymal (?:stem|stromal)(?:/\w+)?(?: stem)? cells?) \((?P<short>[\w-]*MSC)s?\)",
    re.IGNORECASE,
)
_NO_WAY = pattern_of(
    r"(?<=\w )(?:and|or)(?= intra\w)|\b(?:through|via) the femoral artery\b"
    r"|\binto the liver\b(?= \w+ (?:group|arm|cohort))",
    re.IGNORECASE,
)
_GIVEN = pattern_of(
    r"\b(?:received|underwent|given|applied|injected|infused|transplanted|implanted|administered|delivered)\b",
    re.IGNORECASE,
)
_CHANGED_INTO = pattern_of(
    r"\bdifferentiated (?:in)?to (?:\w+[ -]){0,2}(?!hepat)\w+|\b(?:chondrocyte|osteoblast|neuron"
    r"|cardiomyocyte)-like\b",
    re.IGNORECASE,
)


def cells(told: Sequence[Sentence], background: Sequence[Sentence] = ()) -> dict[str, Drafted]:
    """The cells of the product: column -> value with its words. Nothing where no cells are named.

    `background` may define them: "bone marrow mesenchymal stem cells (MSCs)", where the study then speaks of MSCs.
    """
    text = StudyText.of(told)
    kinds = product.cell_types(text.passages)
    if not kinds:
        return {}
    kind = CellType(kinds.values[0])
    if kind is CellType.MSC:
        text = replace(text, passages=_without_grafts(text.passages))
    of_title = Passages(titles=text.passages.titles)
    source = origin.cell_source(of_title, kind)
    if not source.values or source.values == (CellSource.OTHER,):
        source = origin.cell_source(text.passages, kind) or source
    donor = _donor(text, source.values, kind)
    found = {
        "cell_source": text.listed(source) or _defined(told, background, kind),
        "donor": None if _of_procedure(donor) else text.listed(donor),
        "product_form": _form(text, kinds, kind),
        "route": text.listed(route.route(_ways(text))),
        "infusions_max": dosing.times(text),
        **dosing.dose(text),
    }
    return {name: drafted for name, drafted in found.items() if drafted}


def _without_grafts(passages: Passages) -> Passages:
    """The passages without the graft beside which MSCs are given, whose source is not theirs."""
    titles, product = (_put(_GRAFT, blank, told) for told in (passages.titles, passages.product))
    return replace(passages, titles=titles, product=product)


def _ways(text: StudyText) -> Passages:
    """The passages where each way of giving stands for itself, and none is "into the liver failure group".

    A finding counts only where it says that cells were given: "administration improved the lung" names no way.
    """
    given = [
        one
        for one in text.passages.product
        if text.by_place[one.path].part is not Part.RESULTS or _GIVEN.search(one.text)
    ]
    titles, product = (_put(_NO_WAY, _marks, told) for told in (text.passages.titles, given))
    return replace(text.passages, titles=titles, product=product)


def _put(
    pattern: re.Pattern[str], by: Callable[[re.Match[str]], str], told: Iterable[Passage]
) -> tuple[Passage, ...]:
    """The passages with something else in the place of what a pattern finds."""
    return tuple(one._replace(text=pattern.sub(by, one.text)) for one in told)


def _marks(match: re.Match[str]) -> str:
    return "," * len(match[0])


def _defined(told: Sequence[Sentence], background: Sequence[Sentence], kind: CellType) -> Drafted | None:
    """The source that stands in the definition of an abbreviation which the study uses."""
    for sentence in background:
        for match in _DEFINITION.finditer(sentence.text):
            passage = Passage(str(sentence.place), match["cells"])
            source = origin.cell_source(Passages(titles=(passage,)), kind)
            if source.values and any(match["short"] in one.text for one in told):
                return Drafted(tuple(source.values), Quote(sentence, match.start(), match.end()))
    return None


def _donor(text: StudyText, sources: tuple[str, ...], kind: CellType) -> Told:
    """Whose the cells are: by the title, else by the abstract."""
    titles = text.passages.titles
    return origin.donor(Passages(titles=titles), (), kind) or origin.donor(
        Passages(titles=titles, product=text.passages.product), sources, kind
    )


def _of_procedure(donor: Told) -> bool:
    """Whether the donor only follows from how the cells were got, as records may say it."""
    implied = (origin.AT_THE_BEDSIDE, "donor_implied")
    return any(seen.rule.startswith(implied) for seen in donor.evidence)


def _form(text: StudyText, kinds: Told, kind: CellType) -> Drafted | None:
    """What is given: cells, unless a form is named, or the cells are a mixture or were made into others."""
    forms = form.forms(text.passages)
    named = text.listed(forms)
    if named and isinstance(named.value, tuple):
        return Drafted(named.value[0], named.quote)
    for sentence in text.by_place.values():
        if match := _CHANGED_INTO.search(sentence.text):
            return Drafted(ProductForm.OTHER, Quote(sentence, match.start(), match.end()))
    if kind is CellType.MIXED and (mixture := _mixture(text)):
        return Drafted(ProductForm.OTHER, mixture)
    quote = text.quote(kinds.evidence[0], kinds.evidence[0].span) if kinds.evidence else None
    return Drafted(ProductForm.CELLS, quote) if quote else None


def _mixture(text: StudyText) -> Quote | None:
    """The words of a mixture of cells as it comes from the body: marrow concentrate, stromal vascular fraction."""
    for sentence in text.by_place.values():
        for named in find("cell_type", sentence.text):
            if named.value == TISSUE:
                return Quote(sentence, named.start, named.end)
    return None
