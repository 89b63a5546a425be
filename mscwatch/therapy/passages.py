"""The passages of a record by what they describe: titles, product, descriptions; each with its API path.

Of arms and interventions only those of the cell product are used: a control arm says nothing about the cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any, NamedTuple

from mscwatch.model import Record
from mscwatch.record import part
from mscwatch.therapy.called import own_names, tied_names
from mscwatch.therapy.words import find, may_name, names
from mscwatch.vocabulary.patterns import pattern_of

_CONTROL_ARMS = {"PLACEBO_COMPARATOR", "NO_INTERVENTION", "SHAM_COMPARATOR"}
_PLACEBO = pattern_of(r"placebo|saline|without|vehicle", re.IGNORECASE)
_AGE = pattern_of(r"\s*(\d{1,3})\s*(year|month|week|day|hour|minute)", re.IGNORECASE)
_MOST_BRANDS = 50  # each is looked for in every sentence
_GROWN = 19  # years; trials of children mostly end at 18
_SENTENCE_END = pattern_of(  # one of few signs first: each place of a text is looked at
    r"[\s.!?;。；](?:(?<=\s)\s{9,}"
    r"|(?<=[.!?。；])(?=\s+(?!0\s?[x×])[A-Z(\d]|\s*$)(?<![Mm]io.)(?<!\b[Mm]ln.)(?<!\b[Mm]ax.)(?<!\bapprox.)"
    r"|(?<=;)(?=\s+[A-Z(]|\s*$)|(?<=[a-z]{3}\.)(?=[A-Z][a-z]*\s)|(?<=\n)\n*|(?<=[。；]))"
)


class Passage(NamedTuple):
    """A text of a record with its path; `arm` is the label of the arm that it describes, where that is known."""

    path: str
    text: str
    arm: str = ""

    def sentences(self) -> tuple[Passage, ...]:
        """The sentences, each with the path and arm of the passage."""
        return _sentences(self)


@lru_cache(maxsize=256)  # a passage is asked for one field after another
def _sentences(passage: Passage) -> tuple[Passage, ...]:
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(passage.text)), len(passage.text)]
    cut = (passage.text[start:end].strip() for start, end in pairwise(ends))
    return tuple(Passage(passage.path, sentence, passage.arm) for sentence in cut if sentence)


@dataclass(frozen=True, slots=True)
class Passages:
    """A record's texts by what they describe."""

    observational: bool = False
    titles: tuple[Passage, ...] = ()
    product: tuple[Passage, ...] = ()  # interventions and arms of the cell product
    interventions: tuple[tuple[Passage, ...], ...] = ()  # those of the product, each with its name first
    arms: tuple[tuple[Passage, ...], ...] = ()  # those that get the product, each with its label first
    brands: frozenset[str] = frozenset()  # names of this product alone: "ADR-001", "Lomecel-B"
    keywords: tuple[Passage, ...] = ()
    conditions: tuple[Passage, ...] = ()
    summary: tuple[Passage, ...] = ()
    description: tuple[Passage, ...] = ()
    inclusion: tuple[Passage, ...] = ()
    adults: bool = True  # whether grown-ups take part, as far as the record says

    @property
    def texts(self) -> tuple[Passage, ...]:
        """All that may speak of the product."""
        return (*self.titles, *self.product, *self.keywords, *self.summary, *self.description)

    @property
    def names(self) -> tuple[Passage, ...]:
        """The names of the product's interventions."""
        return tuple(texts[0] for texts in self.interventions if texts)


def of_record(record: Record) -> Passages:
    """The passages of a record in the shape of the API."""
    protocol = part(record, "protocolSection") or {}
    arms, interventions = _groups(protocol, "armGroups"), _groups(protocol, "interventions")
    given = [group for group in interventions if _is_product(group)] or [
        group for group in interventions if not names("control", group.name)
    ]
    treated = _treated(arms, given)
    titles = tuple(_texts(protocol, "identificationModule", "briefTitle", "officialTitle"))
    summary = (*_texts(protocol, "descriptionModule", "briefSummary"), *_design(protocol))
    description = tuple(_texts(protocol, "descriptionModule", "detailedDescription"))
    return Passages(
        observational=part(protocol, "designModule", "studyType") == "OBSERVATIONAL",
        titles=titles,
        product=tuple(text for group in (*given, *treated) for text in group.texts),
        interventions=tuple(group.texts for group in given),
        arms=tuple(group.texts for group in treated),
        brands=_brands(titles, given, treated, (*summary, *description)),
        keywords=tuple(_texts(protocol, "conditionsModule", "keywords")),
        conditions=tuple(_texts(protocol, "conditionsModule", "conditions")),
        summary=summary,
        description=description,
        inclusion=tuple(_inclusion(protocol)),
        adults=_of_adults(part(protocol, "eligibilityModule", "maximumAge")),
    )


def _of_adults(most: Any) -> bool:
    """Whether the largest age that is allowed ("65 Years", "14 Days", or none) is a grown-up's."""
    age = _AGE.match(most) if isinstance(most, str) else None
    return age is None or (age[2].lower() == "year" and int(age[1]) >= _GROWN)


@dataclass(frozen=True, slots=True)
class _Group:
    """An arm or an intervention."""

    name: str
    kind: str
    texts: tuple[Passage, ...]
    links: tuple[str, ...]  # names of its interventions, or labels of its arms


def _groups(protocol: Any, key: str) -> list[_Group]:
    found = part(protocol, "armsInterventionsModule", key)
    return [
        _group(group, f"protocolSection.armsInterventionsModule.{key}[{index}]")
        for index, group in enumerate(found if isinstance(found, list) else ())
        if isinstance(group, dict)
    ]


def _group(group: dict[str, Any], path: str) -> _Group:
    label = group.get("label")
    links: list[str] = group.get("interventionNames") or group.get("armGroupLabels") or []
    arm = str(label or (links[0] if label is None and len(links) == 1 else ""))
    keys = ("name", "label", "otherNames", "description")
    texts = [text for key in keys for text in _strings(group.get(key), f"{path}.{key}", arm)]
    return _Group(
        str(label or group.get("name") or ""), str(group.get("type") or ""), tuple(texts), tuple(links)
    )


def _is_product(group: _Group) -> bool:
    """Whether a group names the cells, and is not a placebo such as "the solution without the cells"."""
    cells = find("product", group.name)
    placebo = _PLACEBO.search(group.name)
    if names("other_drug", group.name) and not cells:
        return False  # a drug whose description speaks of the cells too
    return (
        group.kind not in _CONTROL_ARMS
        and (bool(cells) or not names("control", group.name))
        and not (placebo and (not cells or placebo.start() < cells[0].start))
        and any(names("product", one.text) for text in group.texts for one in text.sentences())
    )


def _brands(
    titles: Iterable[Passage], given: list[_Group], treated: list[_Group], described: Iterable[Passage]
) -> frozenset[str]:
    """The names of the product: those of its interventions, and others that a description ties to cells."""
    own = [word for group in given for word in own_names(group.name)]
    sentences = (
        one.text for text in described if may_name("cell_type", text.text) for one in text.sentences()
    )
    tied = tied_names((text.text for text in titles), (group.name for group in (*given, *treated)), sentences)
    return frozenset(islice((*own, *tied), _MOST_BRANDS))


def _treated(arms: list[_Group], given: list[_Group]) -> list[_Group]:
    """The arms that receive the product, because they name it or the registry links them to it."""
    product_names = {group.name for group in given}
    able = [arm for arm in arms if arm.kind not in _CONTROL_ARMS]
    named = [
        arm
        for arm in able
        if _is_product(arm) or any(link.partition(": ")[2] in product_names for link in arm.links)
    ]
    return named or [arm for arm in able if not names("control", arm.name)]


def _texts(protocol: Any, module: str, *keys: str) -> Iterator[Passage]:
    for key in keys:
        value = part(protocol, module, key)
        yield from _strings(value, f"protocolSection.{module}.{key}")


def _design(protocol: Any) -> Iterator[Passage]:
    text = part(protocol, "designModule", "designInfo", "interventionModelDescription")
    yield from _strings(text, "protocolSection.designModule.designInfo.interventionModelDescription")


def _inclusion(protocol: Any) -> Iterator[Passage]:
    for text in _texts(protocol, "eligibilityModule", "eligibilityCriteria"):
        kept = re.split(r"exclusion criteria|excluded if", text.text, maxsplit=1, flags=re.IGNORECASE)[0]
        yield Passage(text.path, kept)


def _strings(value: Any, path: str, arm: str = "") -> Iterator[Passage]:
    if isinstance(value, str):
        yield Passage(path, value, arm)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, f"{path}[{index}]", arm)
