"""Cell type, source, donor, form, modification and route: values named by words, from the first tier that names any.

A tier is a group of passages. The product comes before its descriptions. A sentence about the literature or about
another treatment does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mscwatch.therapy.model import Evidence
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary import Confidence

BIRTH_TISSUES = {"umbilical_cord", "cord_blood", "placenta", "amnion"}
_MANY = 3


@dataclass(frozen=True, slots=True)
class Told:
    """Values in the order of the text, with their evidence and their confidence."""

    values: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence.HIGH


Tier = tuple[Confidence, Iterable[Passage]]


def cell_type(passages: Passages) -> Told:
    """The review's kind of cell: mesenchymal wherever titles, product or keywords name it."""
    named = (*passages.titles, *passages.product)
    if passages.observational and not any(names("giving", one.text) for one in _of_cells(named)):
        return Told()
    told = _first("cell_type", [(Confidence.HIGH, named), (Confidence.MEDIUM, passages.keywords)])
    keyword = _first("cell_type", [(Confidence.MEDIUM, passages.keywords)])
    for source in (told, keyword):
        if "msc" in source.values:
            return _only(source, "msc")
    if "marrow_stem" in told.values:
        kinds = [value for value in told.values if value not in ("marrow_stem", "other")]
        found = _only(told, kinds[0] if kinds else "marrow_stem")
        if kinds:
            return found
        described = _first("cell_type", [(Confidence.MEDIUM, (*passages.summary, *passages.description))])
        return Told(("msc" if "msc" in described.values else "other",), found.evidence, Confidence.MEDIUM)
    return Told(told.values[:1], told.evidence[:1], told.confidence)


def cell_source(passages: Passages, kind: str = "msc") -> Told:
    """The tissues, from sentences that name the cells; cells of the `kind` hepatocyte come from livers."""
    told = _first(
        "cell_source",
        [
            (Confidence.HIGH, _of_cells((*passages.titles, *passages.product))),
            (Confidence.HIGH, passages.keywords),
            (Confidence.MEDIUM, about_product(passages.product, passages.brands)),
            (Confidence.MEDIUM, _of_one_product(own_sentences(passages.summary, passages.brands))),
            (Confidence.MEDIUM, _of_one_product(own_sentences(passages.description, passages.brands))),
        ],
    )
    if "cord_blood" in told.values and "umbilical_cord" in told.values:
        return _without(
            told, "umbilical_cord"
        )  # where both are named, "umbilical cord" is short for its blood
    if "other" in told.values and len(told.values) > 1:
        return _without(told, "other")
    if kind == "hepatocyte" and not told.values:
        cells = cell_type(passages).evidence[0]
        return Told(
            ("liver",), (Evidence(cells.path, cells.span, "hepatocytes come from livers"),), Confidence.LOW
        )
    return told


def donor(passages: Passages, sources: tuple[str, ...]) -> Told:
    """Whose cells. Tissue of a birth is allogeneic even where the record does not say so (the labelling rule)."""
    told = _first(
        "donor",
        [(Confidence.HIGH, (*passages.titles, *passages.product)), (Confidence.HIGH, passages.keywords)],
    )
    birth = BIRTH_TISSUES & set(sources)
    if birth and not told.values and set(sources) <= BIRTH_TISSUES:
        return Told(("allogeneic",), (_implied(passages),), Confidence.MEDIUM)
    if not told.values:
        told = _first(
            "donor",
            [
                (Confidence.MEDIUM, own_sentences(passages.summary, passages.brands)),
                (Confidence.MEDIUM, own_sentences(passages.description, passages.brands)),
            ],
        )
    if birth and not set(sources) <= BIRTH_TISSUES and "allogeneic" not in told.values:
        return Told((*told.values, "allogeneic"), (*told.evidence, _implied(passages)), Confidence.MEDIUM)
    if not told.values:  # "the fat of healthy donors": a tissue in a sentence without the word cells
        tissues = (one for one in treatment_sentences(passages) if names("cell_source", one.text))
        told = _first("donor", [(Confidence.LOW, tissues)])
    if told.values:
        return told
    everything = (*passages.product, *passages.summary, *passages.description)
    return _first("donor_implied", [(Confidence.LOW, everything)])


def product_form(passages: Passages) -> Told:
    """Cells, what they were made into, or what they shed; from titles and product only."""
    return _first("product_form", [(Confidence.HIGH, (*passages.titles, *passages.product))])


def modification(passages: Passages) -> Told:
    """What was done to the cells before they are given."""
    return _first("modification", [(Confidence.HIGH, _of_cells((*passages.titles, *passages.product)))])


def route(passages: Passages) -> Told:
    """The ways into the body. The product comes before titles: a title may name more than the trial does."""
    told = _first(
        "route",
        [
            (Confidence.HIGH, about_product(passages.product, passages.brands)),
            (Confidence.HIGH, (*passages.titles, *passages.keywords)),
            (Confidence.MEDIUM, own_sentences(passages.summary, passages.brands)),
            (Confidence.MEDIUM, own_sentences(passages.description, passages.brands)),
            (Confidence.LOW, treatment_sentences(passages)),
        ],
    )
    if "intrahepatic" in told.values and {"hepatic_artery", "portal_vein"} & set(told.values):
        way = _only(told, "intrahepatic").evidence[0]
        if way.span.lower().startswith(
            ("in ", "into ", "directly ")
        ):  # "into the liver through the hepatic artery"
            return _without(told, "intrahepatic")
    return told


def about_product(passages: Iterable[Passage], brands: frozenset[str] = frozenset()) -> Iterator[Passage]:
    """The sentences that are not about another treatment alone."""
    return (
        one
        for one in _sentences(passages)
        if names("product", one.text)
        or any(brand in one.text for brand in brands)
        or not names("other_treatment", one.text)
    )


def own_sentences(passages: Iterable[Passage], brands: frozenset[str] = frozenset()) -> Iterator[Passage]:
    """The sentences of a description about this trial's own cells."""
    return _own(_of_cells(passages, brands))


def treatment_sentences(passages: Passages) -> Iterator[Passage]:
    """The sentences of the detailed description about this trial that are not about another treatment."""
    return _own(about_product(passages.description, passages.brands))


def _of_one_product(sentences: Iterable[Passage]) -> Iterator[Passage]:
    """The sentences that name fewer than three tissues; longer lists say where such cells occur in general."""
    return (one for one in sentences if len({found.value for found in find("cell_source", one.text)}) < _MANY)


def _own(sentences: Iterable[Passage]) -> Iterator[Passage]:
    return (one for one in sentences if not names("background", one.text))


def _of_cells(passages: Iterable[Passage], brands: frozenset[str] = frozenset()) -> Iterator[Passage]:
    return (
        one
        for one in _sentences(passages)
        if names("product", one.text) or any(brand in one.text for brand in brands)
    )


def _sentences(passages: Iterable[Passage]) -> Iterator[Passage]:
    return (sentence for passage in passages for sentence in passage.sentences())


def _first(field: str, tiers: Iterable[Tier]) -> Told:
    """The values of the first tier that names any."""
    for confidence, passages in tiers:
        found = [(passage, one) for passage in passages for one in find(field, passage.text)]
        if found:
            evidence = {
                one.value: Evidence(passage.path, passage.text[one.start : one.end], f"{field}: {one.value}")
                for passage, one in reversed(found)
            }
            values = tuple(dict.fromkeys(one.value for _, one in found))
            return Told(values, tuple(evidence[value] for value in values), confidence)
    return Told()


def _without(told: Told, value: str) -> Told:
    kept = [(one, seen) for one, seen in zip(told.values, told.evidence, strict=True) if one != value]
    return Told(tuple(one for one, _ in kept), tuple(seen for _, seen in kept), told.confidence)


def _only(told: Told, value: str) -> Told:
    return Told((value,), (told.evidence[told.values.index(value)],), told.confidence)


def _implied(passages: Passages) -> Evidence:
    told = cell_source(passages)
    seen = next(one for value, one in zip(told.values, told.evidence, strict=True) if value in BIRTH_TISSUES)
    return Evidence(seen.path, seen.span, "tissue of a birth given to others is allogeneic")
