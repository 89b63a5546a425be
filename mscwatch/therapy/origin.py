"""Where the cells come from: their tissue, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mscwatch.therapy import beside, terms
from mscwatch.therapy.days import follow_up
from mscwatch.therapy.model import Evidence
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import IMPLIED, KEYWORDS, PRODUCT, Told
from mscwatch.therapy.tissue import given_alone
from mscwatch.therapy.vocabulary import NAMED, TISSUE
from mscwatch.therapy.words import Found, find, names
from mscwatch.vocabulary import CellSource, CellType, Donor
from mscwatch.vocabulary.patterns import pattern_of

BIRTH_TISSUES = {CellSource.UMBILICAL_CORD, CellSource.CORD_BLOOD, CellSource.PLACENTA, CellSource.AMNION}
AT_THE_BEDSIDE = "a concentrate or fraction made at the bedside is the patient's own"
HARVESTED = "in the harvest"
_MANY = 3
_MESENCHYMAL = {CellType.MSC, CellType.MIXED}
_OTHER_CELLS = {CellType.HAEMATOPOIETIC, CellType.MONONUCLEAR, NAMED, CellType.IMMUNE, CellType.HEPATOCYTE}
_BEFORE_CELLS = 60  # letters between "autologous" and the cells it speaks of
_LINKING = (  # what may stand between a tissue and its cells: "cord blood-derived human"
    r"(?:derived|cord|marrow|tissue|blood|jelly|membrane|pulp|origin\w*|cultured|expanded|autologous|allogen\w*|human|adult|"
    r"multipotent|primary|and|or|of|the|donor|aspirate)"
)
_APART = pattern_of(  # what may stand before a tissue that stands for itself
    r"(?:^|[(\[:;,/\-–=.]\s*|\b(?:treat\w*\s+with|using|cells?|\w+-?MSCs?)\s+)"
    r"(?:(?:the|an?|auto\w*|allo\w*|human|own|fresh|expanded|cultured|isolated|concentrated|source|is|and|or)\s+){0,4}$",
    re.IGNORECASE,
)
_THEN_CELLS = pattern_of(
    rf"[\s\-,()/'’]*(?:s\b\s*)?(?:{_LINKING}\b[\s\-,()/']*){{0,6}}"
    r"(?:\w*MSC|\w*ASC|\w{0,4}SCs?\b|mesench|ecto|stem|strom|progenitor|precursor|multipotent|mononuc|MNC|cells?\b|exosom|secret|concentrat)",
    re.IGNORECASE,
)
_LISTED = pattern_of(
    r"\W*(?:(?:and|or|versus|vs|tissue|derived|blood|cord|marrow|jelly)\b\W*){0,3}", re.IGNORECASE
)
_CELLS_FROM = pattern_of(
    r"\b(?:cells?|\w*MSCs?|exosomes?)\b\W+(?:\(\w+\)\W+)?(?:(?!capable|after\b|before\b|following|with\b|during|for\b|in\b|or\b)\w+\W+){0,3}?(?:from|of)\W+(?:\w+\W+){0,4}?$",
    re.IGNORECASE,
)
_FROM = pattern_of(
    r"\b(?:from|of|deriv\w*|source|isolat\w*|separat\w*|obtain\w*|harvest\w*|extract\w*|collect\w*|aspirat\w*)\b",
    re.IGNORECASE,
)
_HARVEST = pattern_of(  # of texts in lower case
    r"aspirat|harvest|collect|extract|obtain|biops|liposuct|lipectom|drawn\b|removed\b|taken\b"
)
_LATER = pattern_of(
    r"\b(?:week|month|year)s?\s+\d|\b\d+\s+(?:months?|years?)\s+(?:after|later)", re.IGNORECASE
)
_TAKEN = pattern_of(r"\s*(?:aspirat|biops|harvest|punct|sampl)", re.IGNORECASE)


def cell_source(passages: Passages, kind: str = CellType.MSC) -> Told:
    """The tissues, from sentences that name the cells; cells of the `kind` hepatocyte come from livers."""
    named = (*passages.titles, *passages.product)
    places: list[terms.Tier] = [
        (PRODUCT, terms.of_cells(named)),
        (KEYWORDS, passages.keywords),
        (PRODUCT, terms.about_product(passages.product, passages.brands)),
        *((tier, _of_one_product(told, kind)) for tier, told in terms.described("cell_source", passages)),
    ]
    told = (
        _bound(PRODUCT, terms.of_cells(named), kind)
        or next(filter(None, (_named(tier, texts, kind) for tier, texts in places)), None)
        or terms.first("cell_source", [(HARVESTED, _harvested(passages))])
    )
    if {CellSource.CORD_BLOOD, CellSource.UMBILICAL_CORD} <= set(told.values):
        return told.without(_short(passages))
    if CellSource.OTHER in told.values and len(told.values) > 1:
        return told.without(CellSource.OTHER)
    if kind == CellType.HEPATOCYTE and not told.values:
        for text in named:
            for cells in find("cell_type", text.text):
                seen = terms.quoted(text, cells, "hepatocytes come from livers")
                return Told((CellSource.LIVER,), (seen,), IMPLIED)
    return told


def _named(tier: str, texts: Iterable[Passage], kind: str) -> Told:
    """The tissues that texts name: bound to the cells, taken for them, or standing for themselves."""
    named = [
        (text, one)
        for text in texts
        for one in find("cell_source", text.text)
        if not _is_of_another(text.text, one, kind)
        and (tier == KEYWORDS or any(told(text.text, one) for told in (_is_bound, _linked, _stands_alone)))
    ]
    return terms.told("cell_source", named, tier)


def _bound(tier: str, texts: Iterable[Passage], kind: str) -> Told:
    """The tissues that stand right before or after the cells: not "in amniotic membrane", nor "menstrual cycle"."""
    bound: list[tuple[Passage, Found]] = []
    for text in texts:
        following: Found | None = None  # is bound, and shares its cells with one listed before it
        ours = []
        for one in reversed(find("cell_source", text.text)):
            listed = following and _LISTED.fullmatch(text.text, one.end, following.start)
            if listed or _is_bound(text.text, one):
                following = one
                if not _is_of_another(text.text, one, kind):
                    ours.append((text, one))
        bound += reversed(ours)
    return terms.told("cell_source", bound, tier)


def _is_bound(text: str, tissue: Found) -> bool:
    return bool(
        _THEN_CELLS.match(text, tissue.end)
        or _CELLS_FROM.search(text[max(0, tissue.start - 60) : tissue.start])
        or names("product", text[tissue.start : tissue.end])
    )


def _stands_alone(text: str, tissue: Found) -> bool:
    """Whether a tissue stands for itself, at the beginning or behind a mark: "MSC (umbilical cord)"."""
    return bool(_APART.search(text[max(0, tissue.start - _BEFORE_CELLS) : tissue.start])) or bool(
        _TAKEN.match(text, tissue.end)
    )


def _is_of_another(text: str, tissue: Found, kind: str) -> bool:
    """Whether a tissue is that of a comparison, or of the blood stem cells that mesenchymal ones go with."""
    if beside.is_of_a_comparison(text, tissue):
        return True
    if kind not in _MESENCHYMAL:
        return False
    if beside.is_of_a_graft(text, tissue, bound=_is_bound(text, tissue)):
        return True
    before = text[max(0, tissue.start - _BEFORE_CELLS) : tissue.start]
    cells = find("cell_type", before)[-1:] if _CELLS_FROM.search(before) else ()
    return any(one.value == CellType.HAEMATOPOIETIC for one in cells)


def _short(passages: Passages) -> CellSource:
    """Which of cord and cord blood is only a manner of speaking: "umbilical cord" is mostly short for its blood."""
    given = {one.value for text in passages.names for one in find("cell_source", text.text)}
    only_cord = CellSource.UMBILICAL_CORD in given and CellSource.CORD_BLOOD not in given
    titled = {one.value for text in passages.titles[1:] for one in find("cell_source", text.text)}
    return (
        CellSource.CORD_BLOOD
        if only_cord and CellSource.CORD_BLOOD not in titled
        else CellSource.UMBILICAL_CORD
    )


def _of_one_product(sentences: Iterable[Passage], kind: str) -> Iterator[Passage]:
    """The sentences that name fewer than three tissues; longer lists say where such cells occur in general."""
    for sentence in sentences:
        tissues = [
            one for one in find("cell_source", sentence.text) if not _is_of_another(sentence.text, one, kind)
        ]
        if (
            tissues
            and len({one.value for one in tissues}) < _MANY
            and any(_linked(sentence.text, one) for one in tissues)
        ):
            yield sentence


def _harvested(passages: Passages) -> Iterator[Passage]:
    """The sentences that take a tissue, and name no cells: "50 ml of marrow are aspirated"."""
    texts = terms.naming("cell_source", (*passages.product, *passages.summary, *passages.description))
    taking = (one for one in terms.sentences(texts) if _takes(one.text))
    return (
        one
        for one in terms.treatment_sentences(passages, taking)
        if len({found.value for found in find("cell_source", one.text)}) < _MANY
    )


def _takes(text: str) -> bool:
    """Whether a sentence takes something, and neither names the cells nor looks at anything."""
    if not _HARVEST.search(text.lower()) or names("product", text):
        return False
    return not (follow_up(text) or _LATER.search(text))


def _linked(text: str, tissue: Found) -> bool:
    """Whether a tissue is said to be that of cells: "marrow MSC", "isolated from the marrow"."""
    start, end = max(0, tissue.start - 40), tissue.end + 40
    if _TAKEN.match(text, tissue.end) and "llogen" in text:
        return False  # the patient's own, for another purpose
    return names("product", text[tissue.start : end]) or bool(_FROM.search(text, start, end))


def donor(passages: Passages, sources: tuple[str, ...], kind: str) -> Told:
    """Whose cells. Tissue of a birth is allogeneic in adults even where the record does not say so (labelling rule)."""
    named = (*passages.titles, *passages.product)
    told = _of_product(named, PRODUCT, kind) or _of_product(passages.keywords, KEYWORDS, kind)
    birth = BIRTH_TISSUES & set(sources) if passages.adults else set()
    if birth and not told and set(sources) <= BIRTH_TISSUES:
        return Told((Donor.ALLOGENEIC,), (_implied(passages, kind),), IMPLIED)
    described = (_of_product(texts, tier, kind) for tier, texts in terms.described("donor", passages))
    told = told or next(filter(None, described), Told())
    if birth and not set(sources) <= BIRTH_TISSUES and Donor.ALLOGENEIC not in told.values:
        return told.also(Donor.ALLOGENEIC, _implied(passages, kind), IMPLIED)
    if told.values:
        return told
    if kind in _MESENCHYMAL and (
        own := terms.first("cell_type", [(IMPLIED, named)]).only([TISSUE]) or given_alone(passages)
    ):
        return Told((Donor.AUTOLOGOUS,), (replace(own.evidence[0], rule=AT_THE_BEDSIDE),), IMPLIED)
    tissues = (one for one in terms.treatment_sentences(passages) if names("cell_source", one.text))
    everything = (*passages.product, *passages.summary, *passages.description)
    return _of_product(tissues, "of a tissue", kind) or terms.first(
        "donor_implied", [(IMPLIED, terms.sentences(terms.naming("donor_implied", everything)))]
    )


def _of_product(texts: Iterable[Passage], tier: str, kind: str) -> Told:
    """The donors that texts name; where there are two, not one that is said of other cells alone."""
    named = [
        (text, one)
        for text in texts
        for one in find("donor", text.text)
        if kind not in _MESENCHYMAL or not beside.is_of_another_tissue(text.text, one)
    ]
    others = {(text, one): _others(text, one, kind) for text, one in named}
    ours = [one for one in named if not others[one]]
    ours = ours or [
        (text, one)
        for text, one in named
        if others[text, one] != CellType.HAEMATOPOIETIC and not beside.is_added(text.text, one)
    ]
    return terms.told("donor", ours, tier)


def _others(text: Passage, donor: Found, kind: str) -> str:
    """The first cells after the word where they are not of the `kind`: "autologous keratinocytes" beside MSC."""
    others = {CellType.MSC: _OTHER_CELLS, CellType.MIXED: {NAMED, CellType.HAEMATOPOIETIC}}
    cells = find("cell_type", text.text[donor.start : donor.end + _BEFORE_CELLS])
    return cells[0].value if cells and cells[0].value in others.get(CellType(kind), ()) else ""


def _implied(passages: Passages, kind: str) -> Evidence:
    source = cell_source(passages, kind)
    seen = source.only(BIRTH_TISSUES).evidence[0]
    return Evidence(seen.path, seen.span, "tissue of a birth given to others is allogeneic")
