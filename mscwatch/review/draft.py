"""What an abstract says of its trial, as drafted cells of the living table, each with its literal words. Pure.

What the abstract does not state is absent, never filled in from elsewhere. The text is hostile until it is escaped for
where it goes: values in words of a vocabulary are safe, `disease` and every evidence are the paper's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mscwatch.papers.kind import judge
from mscwatch.papers.numbers import places_of_numbers
from mscwatch.review import arms, design, outcome, patients, product
from mscwatch.review.abstracts import LONGEST_TEXT, Part, Quote, Sentence, own, sentences
from mscwatch.review.study_text import Drafted, Value
from mscwatch.vocabulary import PaperKind, TrialDesign

_NOT_OF_PATIENTS = {PaperKind.REVIEW, PaperKind.COMMENT, PaperKind.PRECLINICAL}
_NOT_YET_KNOWN = {"n_treated", "n_control", "effect", "indicators"}  # of a protocol


class Cell(NamedTuple):
    """One drafted value. `evidence` is a literal part of the title or the abstract, of at most 300 characters.

    `sentence` is the place of the sentence it was read from: 0 is the title, 1 the abstract's first sentence.
    """

    value: Value
    evidence: str
    sentence: int


def draft(title: str, abstract: str, publication_types: Sequence[str] = ()) -> dict[str, Cell]:
    """The cells that a paper of a trial states: column of the living table -> cell; what it does not state is absent.

    Keys: `n_treated`, `n_control` (int), `design` (`TrialDesign`), `cell_source`, `donor`, `route`, `aetiology`,
    `indicators`, `registry_ids` (tuples), `product_form`, `dose_low`, `dose_high` (float, per administration),
    `dose_unit`, `infusions_max` (int), `disease` (as written), `indication_group`, `effect` (`Effect`).
    A review, a comment or a paper of animals has no cells; a protocol has those of its plan.
    """
    kind = judge(title, publication_types=publication_types, abstract=abstract[:LONGEST_TEXT]).kind
    if kind in _NOT_OF_PATIENTS:
        return {}
    every = sentences(title, abstract)
    told = own(every)
    background = [sentence for sentence in every if sentence.part is Part.BACKGROUND]
    found = {**dict(_study(told)), **product.cells(told, background), **patients.patients(told)}
    if numbers := _numbers(every):
        found["registry_ids"] = numbers
    return {
        name: Cell(drafted.value, drafted.quote.words, drafted.quote.sentence.place)
        for name, drafted in found.items()
        if drafted.quote.words and not (kind is PaperKind.PROTOCOL and name in _NOT_YET_KNOWN)
    }


def _study(told: tuple[Sentence, ...]) -> Iterator[tuple[str, Drafted]]:
    """The design, the numbers of people, and the direction of the result."""
    control = arms.has_control(told)
    stated = design.design(told, control)
    is_controlled = stated is not None and (
        control is not None or design.compares(told)
        if stated[0] is TrialDesign.RETROSPECTIVE
        else stated[0] is not TrialDesign.SINGLE_ARM
    )
    people = arms.sizes(told, is_controlled=is_controlled)
    if stated:
        yield "design", Drafted(*stated)
    elif people.treated:
        yield "design", Drafted(TrialDesign.SINGLE_ARM, people.treated[1])
    if people.treated:
        yield "n_treated", Drafted(*people.treated)
    if people.control:
        yield "n_control", Drafted(*people.control)
    elif stated and not is_controlled:
        yield "n_control", Drafted(0, stated[1])
    if direction := outcome.effect(told, is_controlled=is_controlled):
        yield "effect", Drafted(*direction)
    if measured := outcome.indicators(told):
        yield "indicators", Drafted(*measured)


def _numbers(told: tuple[Sentence, ...]) -> Drafted | None:
    """The registration numbers, with the sentence of the first as far as it is short."""
    for sentence in told:
        if places := places_of_numbers(sentence.text):
            start = max(0, min(places.values()) - 40)
            return Drafted(tuple(one.number for one in places), Quote(sentence, start, len(sentence.text)))
    return None
