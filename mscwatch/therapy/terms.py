"""Values named by words, from the first place of a record that names any; and which sentences are about the cells.

The product comes before its descriptions. A sentence about the literature or about another treatment does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from mscwatch.therapy.called import cells_called
from mscwatch.therapy.model import Evidence
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.words import Found, find, may_name, names
from mscwatch.vocabulary.patterns import pattern_of

# Where a reading came from. How often readings from there are right is in `tiers.toml`.
PRODUCT = "in the product"
TITLES = "in the titles"
KEYWORDS = "in the keywords"
SUMMARY = "in the summary"
DESCRIPTION = "in the description"
IMPLIED = "implied"
EXPLAINED = "the product's name explained"
UNNAMED = "nothing else is named"


@dataclass(frozen=True, slots=True)
class Told:
    """Values in the order of the text, each with its evidence, and the place or rule that gave them."""

    values: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    tier: str = UNNAMED

    def __bool__(self) -> bool:
        return bool(self.values)

    def only(self, kept: Iterable[str]) -> Told:
        """The values that are among `kept`, with their evidence."""
        pairs = [
            (one, seen) for one, seen in zip(self.values, self.evidence, strict=True) if one in set(kept)
        ]
        return Told(tuple(one for one, _ in pairs), tuple(seen for _, seen in pairs), self.tier)

    def without(self, *values: str) -> Told:
        """All but some values."""
        return self.only(set(self.values) - set(values))

    def also(self, value: str, evidence: Evidence, tier: str) -> Told:
        """With one value more; `tier` is the less sure place."""
        return Told((*self.values, value), (*self.evidence, evidence), tier)


NOTHING = Told()
_PLANNED = pattern_of(  # of texts in lower case
    r"\b(?:patients|subjects|participants|group|arm)\b[^.;]{0,120}?\bwill\s+(?:be|receive|undergo|get)\b"
    r"|\bthis\s+(?:\w+\s+){0,2}(?:study|trial)\s+(?:(?:is|was)\s+(?:designed|intended|planned|to)|will|aim(?:s|ed)?)\b"
    r"|\b(?:aim|purpose|goal|objective|hypothesis)s?\s+(?:of\s+(?:this|the|our)|is|are|was|were)\b"
    r"|\b(?:we|the\s+investigators?)\s+(?:will|aim|plan|propose|study|test|evaluate|assess|investigate|compare)\b"
)
Tier = tuple[str, Iterable[Passage]]


def first(field: str, tiers: Iterable[Tier]) -> Told:
    """The values of the first tier that names any."""
    for tier, passages in tiers:
        named = [(passage, one) for passage in passages for one in find(field, passage.text)]
        if named:
            return told(field, named, tier)
    return Told()


def told(field: str, named: Iterable[tuple[Passage, Found]], tier: str) -> Told:
    """Each value once, with the first words that name it."""
    evidence: dict[str, Evidence] = {}
    for passage, one in named:
        if one.value not in evidence:
            evidence[one.value] = quoted(passage, one, f"{field} {tier}")
    return Told(tuple(evidence), tuple(evidence.values()), tier)


def quoted(passage: Passage, found: Found, rule: str) -> Evidence:
    """The words of a passage as evidence."""
    return Evidence(passage.path, passage.text[found.start : found.end], rule)


def described(field: str, passages: Passages) -> Iterator[Tier]:
    """What summary and description say of the trial's own cells, as far as it may name a field."""
    for tier, texts in ((SUMMARY, passages.summary), (DESCRIPTION, passages.description)):
        yield tier, own_sentences(naming(field, texts), passages.brands)


def about_product(passages: Iterable[Passage], brands: frozenset[str] = frozenset()) -> Iterator[Passage]:
    """The sentences that are not about another treatment alone."""
    return (
        one
        for one in sentences(passages)
        if _is_of_cells(one, brands) or not names("other_treatment", one.text)
    )


def own_sentences(passages: Iterable[Passage], brands: frozenset[str] = frozenset()) -> Iterator[Passage]:
    """The sentences of a description about this trial's own cells."""
    return (one for passage in passages for one in _own_of_cells(passage, brands))


def treatment_sentences(passages: Passages, texts: Iterable[Passage] | None = None) -> Iterator[Passage]:
    """The sentences of the description, or of other texts, about this trial and not about another treatment alone."""
    return _own(
        about_product(passages.description if texts is None else texts, passages.brands), passages.brands
    )


@lru_cache(maxsize=256)  # a description is asked for one field after another
def _own_of_cells(passage: Passage, brands: frozenset[str]) -> tuple[Passage, ...]:
    return tuple(_own(of_cells((passage,), brands), brands))


def of_cells(passages: Iterable[Passage], brands: frozenset[str] = frozenset()) -> Iterator[Passage]:
    """The sentences that name the cells."""
    return (one for one in sentences(passages) if _is_of_cells(one, brands))


def explained(passages: Passages) -> Told:
    """The cells that summary or description say a name of the product stands for: "EN001 (mesenchymal stem cells)"."""
    if not passages.brands:
        return NOTHING
    told_sentences = sentences(naming("cell_type", (*passages.summary, *passages.description)))
    called = (
        (one, cells)
        for one in told_sentences
        for brand in sorted(passages.brands)
        for cells in cells_called(one.text, brand)
    )
    return told("cell_type", called, EXPLAINED)


def sentences(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The sentences of passages, one after another."""
    return (sentence for passage in passages for sentence in passage.sentences())


def naming(field: str, passages: Iterable[Passage], value: str = "") -> tuple[Passage, ...]:
    """The passages that may name a field, or a value of it."""
    return tuple(passage for passage in passages if may_name(field, passage.text, value))


def is_named(field: str, passages: Iterable[Passage]) -> bool:
    """Whether any sentence names a value of a field, whatever it is about."""
    return any(names(field, one.text) for one in sentences(naming(field, passages)))


def names_cells(text: str) -> bool:
    """Whether a text names cells: the product, or a kind of cell."""
    return names("product", text) or names("cell_type", text)


def _is_of_cells(sentence: Passage, brands: frozenset[str]) -> bool:
    return names("product", sentence.text) or any(brand in sentence.text for brand in brands)


def _own(told_sentences: Iterable[Passage], brands: frozenset[str]) -> Iterator[Passage]:
    return (
        one
        for one in told_sentences
        if not names("background", one.text)
        or _PLANNED.search(one.text.lower())
        or any(True for brand in brands for _ in cells_called(one.text, brand))
    )
