"""Which kinds of cells are given.

Separate arms of other cells leave the kind as it is. One product of several kinds is `mixed` (labelling rule).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from mscwatch.therapy import said, terms
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import KEYWORDS, PRODUCT, SUMMARY, Told
from mscwatch.therapy.tissue import given_alone, is_enriched, is_grown
from mscwatch.therapy.vocabulary import MARROW_STEM, NAMED, TISSUE
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary import CellType
from mscwatch.vocabulary.patterns import pattern_of

_GENERIC = pattern_of(
    r"\b(?:fraction|stem|stromal|progenitor|precursor|cells?|tissue|derived|cultured|autologous|allogeneic|human)\b",
    re.IGNORECASE,
)
_EFFECT_ON_CELLS = pattern_of(
    r"\b(?:impact|effects?|influence|action)\b.{0,60}?\bon\b.{0,60}?\b(?:cells?|\w*MSCs?|EPC)\b",
    re.IGNORECASE,
)
_CONTAINING = pattern_of(
    r"(?:concentrate|BMAC|SVF|fraction|adipose tissue|fat)\W+(?:\(\w+\)\W+)?contain", re.IGNORECASE
)
_GROWN_FROM = pattern_of(r"\b(?:from|isolat\w*|extract\w*)\s+(?:\w+\W+){0,2}$", re.IGNORECASE)
AMONG_OTHERS = ", among others"
_NEAR = 60  # letters between two kinds of cells
_AND = pattern_of(r"\b(?:and|with|to|in)\b|\+|&", re.IGNORECASE)
_MIXING = pattern_of(
    r"\bmix\w*|\bco-?(?:transplant|infus|admin|inject|cultur|graft)\w*|\bcombin\w*|\b(?:together|along) with|"
    r"\bplus\b|\+|suspension|scaffold|construct|composite|substitute",
    re.IGNORECASE,
)
_COMBINED = pattern_of(r"\b(?:co-?\w*|combin\w*)\W+(?:\w+\W+){0,2}?cells?\b", re.IGNORECASE)
_WITH = pattern_of(r"(?:\W+cells?)?\W*(?:\s(?:with|plus)\s|\+|-|/)\W*(?:\w+\W+){0,3}", re.IGNORECASE)
_POPULATIONS = pattern_of(  # several kinds of stem cells, one of which has a name; of texts in lower case
    r"\bmesenchym\w*\W+(?:(?:stem|stromal)\W+cells?\W+)?(?:and|plus|with)\W+(?:\w+\W+){0,3}(?:population|type|kind|subset)s?\W+of\W+(?:\w+\W+){0,2}stem\b|"
    r"\b(?:population|type|kind|subset)s?\W+of\W+(?:\w+\W+){0,2}stem\W+cells?\W+(?:and|plus|with)\W+mesenchym"
)
_HSCT = pattern_of(r"HSCT", re.IGNORECASE)  # a procedure, not cells of the product
_JOINED = pattern_of(r"[\s)-]*(?:and|and/or|\+|&|plus)\s*(?:[A-Za-z]{1,3}-)?[\s-]*", re.IGNORECASE)
_MADE = pattern_of(
    r"[\s-]*(?:like\b|(?:cells?\s+)?(?:like\s+cells?\s+)?differentiated\s+from)", re.IGNORECASE
)


def cell_types(passages: Passages) -> Told:
    """The kind of cell, then all kinds that are given (the review's Table 1)."""
    named = tuple(terms.sentences((*passages.titles, *passages.product)))
    observed = passages.observational and not any(names("giving", one.text) for one in terms.of_cells(named))
    if (observed and not said.followed(passages)) or _only_sampled(passages):
        return Told()
    told = _told(passages, named)
    if not told and (taken := given_alone(passages)):
        return _all(taken, CellType.MIXED, (CellType.MSC, CellType.OTHER))
    keyword = terms.first("cell_type", [(KEYWORDS, passages.keywords)])
    if MARROW_STEM in told.values:
        told = _marrow_stem(told, keyword, passages)
    if TISSUE in told.values and CellType.MSC in told.values and is_enriched(passages):
        told = told.without(TISSUE)
    kinds = {*told.values, *(keyword.values if CellType.MSC in keyword.values else ())}
    if TISSUE in told.values and not (CellType.MSC in kinds and _msc_alone(passages)):
        return _all(told, CellType.MIXED, (CellType.MSC, CellType.OTHER))
    if CellType.MSC not in kinds:
        values = [CellType.OTHER if one == NAMED else one for one in told.values]
        return _all(told, values[0], ()) if values else Told()
    if CellType.MSC not in told.values:
        told = keyword.only([CellType.MSC])
    told = told.without(TISSUE)
    partners = _partners(passages) or _as_taken(passages)
    if partners:
        return _all(told.only([CellType.MSC]), CellType.MIXED, (CellType.MSC, *partners))
    if _others_told(passages):
        told = replace(told, tier=f"{told.tier}{AMONG_OTHERS}")
    others = {one.value for text in passages.names for one in find("cell_type", text.text)}
    others -= {TISSUE, NAMED, MARROW_STEM, CellType.OTHER}
    return _all(told.only([CellType.MSC]), CellType.MSC, tuple(sorted(others)))


def _told(passages: Passages, named: tuple[Passage, ...]) -> Told:
    """The kinds that names and keywords tell; where these tell none, or only "stem cells", what a description tells."""
    told = terms.first("cell_type", [(PRODUCT, named), (KEYWORDS, passages.keywords)])
    if not set(told.values) <= {CellType.OTHER}:
        return told
    described = terms.explained(passages) or said.given(passages)
    return described if CellType.MSC in described.values else told or described


def _others_told(passages: Passages) -> bool:
    """Whether cells of another kind are named anywhere but in the detailed description."""
    texts = (*passages.titles, *passages.product, *passages.keywords, *passages.summary)
    kinds = {one.value for text in terms.sentences(texts) for one in find("cell_type", text.text)}
    return bool(kinds - {CellType.MSC, CellType.OTHER, MARROW_STEM})


def _only_sampled(passages: Passages) -> bool:
    """Whether no intervention gives cells: samples are taken, or something else acts on the patients' own cells."""
    texts = [text.text for group in passages.interventions for text in terms.sentences(group)]
    if passages.names and all(map(_is_sample, passages.names)):
        return not any(names("giving", text) for text in texts)
    titled = any(terms.names_cells(title.text) for title in passages.titles)
    if (
        texts
        and titled
        and not any(terms.names_cells(text.text) for text in terms.sentences(passages.product))
    ):
        if terms.explained(passages) or said.given(passages):
            return False
        described = terms.own_sentences((*passages.summary, *passages.description))
        if not any(names("giving", title.text) for title in passages.titles) and not any(
            terms.names_cells(one.text) and names("giving", one.text) for one in described
        ):
            return True  # a drug that acts on the patients' own cells
    if not texts or any(names("giving", text) for text in (*texts, *(one.text for one in passages.titles))):
        return False
    return any(names("sampling", text) for text in texts) or (
        not any(names("product", text) for text in texts)
        and any(_EFFECT_ON_CELLS.search(title.text) for title in passages.titles)
    )


def _is_sample(name: Passage) -> bool:
    """Whether an intervention takes a sample; "in vitro" alone is how cells are grown."""
    return any(
        name.text[one.start : one.end].lower() != "in vitro" for one in find("sampling", name.text)
    ) and not names("giving", name.text)


def _marrow_stem(told: Told, keyword: Told, passages: Passages) -> Told:
    kinds = [value for value in told.values if value not in (MARROW_STEM, CellType.OTHER)]
    if kinds or CellType.MSC in keyword.values:
        return told.without(MARROW_STEM)
    described = terms.first("cell_type", [(SUMMARY, (*passages.summary, *passages.description))])
    value = CellType.MSC if CellType.MSC in described.values else CellType.OTHER
    return Told((value,), told.only([MARROW_STEM]).evidence, SUMMARY)


def _all(told: Told, kind: str, kinds: tuple[str, ...]) -> Told:
    """The kind first, and then every kind that is given, in one tuple."""
    every = tuple(dict.fromkeys(kinds or (kind,)))
    if kind != CellType.MIXED and kind not in every:
        every = (kind, *every)
    return Told((kind, *every), told.evidence[:1], told.tier)


def _msc_alone(passages: Passages) -> bool:
    """Whether some intervention is of mesenchymal cells that are no mixture from the body, and some arm gets them."""
    arms = [kinds for kinds in map(_given_in, passages.arms) if kinds]
    if not passages.interventions or (arms and {CellType.MSC} not in arms):
        return False
    for texts in passages.interventions:
        kinds = [one.value for text in texts[:1] for one in find("cell_type", text.text)]
        if CellType.MSC in kinds and TISSUE not in kinds:
            described = {one.value for text in texts[1:] for one in find("cell_type", text.text)}
            whole = " ".join(text.text for text in texts[1:])
            if not _CONTAINING.search(whole) and (TISSUE not in described or CellType.MSC in described):
                return True
    return False


def _given_in(arm: Iterable[Passage]) -> set[str]:
    """Which of mesenchymal cells and mixtures from the body an arm gets; not what its cells are grown from."""
    return {
        one.value
        for text in terms.sentences(arm)
        for one in find("cell_type", text.text)
        if one.value in (CellType.MSC, TISSUE)
        and not _GROWN_FROM.search(text.text, max(0, one.start - _NEAR), one.start)
    }


def _partners(passages: Passages) -> tuple[str, ...]:
    """Other cells that are in the product itself: "MSC mixed with chondrocytes", or that are named with it as one."""
    combined = any(_COMBINED.search(title.text) for title in passages.titles)
    named = (*passages.titles, *passages.product)
    told = (*passages.summary, *passages.description)
    described = (one for one in told if _POPULATIONS.search(one.text.lower()))
    if any(_POPULATIONS.search(text.text.lower()) for text in (*named, *terms.own_sentences(described))):
        return (CellType.OTHER,)
    for text in terms.sentences((*named, *terms.own_sentences(passages.summary))):
        cells = [one for one in find("cell_type", text.text) if one.value != CellType.OTHER]
        for one, other in pairwise(cells):
            kinds = {one.value, other.value}
            between, span = text.text[one.end : other.start], text.text[one.start : other.end]
            if (
                CellType.MSC not in kinds
                or len(kinds) == 1
                or "deriv" in between.lower()
                or _HSCT.search(span)
            ):
                continue
            (partner,) = kinds - {CellType.MSC}
            between = _GENERIC.sub("", between)
            one_noun = _JOINED.fullmatch(between) and (
                combined or MARROW_STEM in kinds or _together(passages, text)
            )
            made = (partner == NAMED and _made_of_msc(passages)) or (
                partner == TISSUE and is_enriched(passages)
            )
            if not made and (one_noun or (MARROW_STEM not in kinds and _in_one(between, text.text))):
                return (CellType.OTHER if partner in (TISSUE, NAMED, MARROW_STEM) else partner,)
    return ()


def _together(passages: Passages, text: Passage) -> bool:
    """Whether a name or a title names one product of two kinds of cells: nothing else is named by one of them alone."""
    named = [
        {one.value for one in find("cell_type", label.text)} - {CellType.OTHER}
        for group in (*passages.interventions, *passages.arms)
        for label in group[:1]
    ]
    apart = [kinds for kinds in named if len(kinds) == 1]
    if text.path.endswith("Title"):
        apart = [kinds for kinds in apart if kinds != {CellType.MSC}]
    is_name = text.path.endswith((".name", ".label", "Title")) or not any(named)  # a code, and what it is
    return is_name and not apart


def _made_of_msc(passages: Passages) -> bool:
    """Whether the other cells of the record are made of mesenchymal ones: "osteoblast-like cells"."""
    return any(
        one.value == NAMED and _MADE.match(text.text, one.end)
        for text in (*passages.product, *passages.summary)
        for one in find("cell_type", text.text)
    )


def _as_taken(passages: Passages) -> tuple[str, ...]:
    """Other cells, where a description gives a mixture from the body and nothing in the record grows cells."""
    described = (*passages.summary, *passages.description)
    able = terms.naming("cell_type", described, TISSUE)
    if not able or is_grown(passages):
        return ()
    given = (one.text for one in terms.own_sentences(able) if names("giving", one.text))
    mixed = any(one.value == TISSUE for text in given for one in find("cell_type", text))
    return (CellType.OTHER,) if mixed else ()


def _in_one(between: str, sentence: str) -> bool:
    """Whether the words between two kinds of cells put them into one product."""
    near = len(between) < _NEAR and _AND.search(between)
    return bool(_WITH.fullmatch(between) or (near and _MIXING.search(sentence)))
