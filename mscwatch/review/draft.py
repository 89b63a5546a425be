"""What an abstract says of its trial, as drafted cells of the living table, each with its literal words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Cell(NamedTuple):
    """One drafted value. `evidence` is a literal part of the title or the abstract, of at most 300 characters.

    `sentence` is the place of the sentence it was read from: 0 is the title, 1 the abstract's first sentence.
    """

    value: str | int | float | tuple[str, ...]
    evidence: str
    sentence: int


def draft(title: str, abstract: str, publication_types: Sequence[str] = ()) -> dict[str, Cell]:
    """The cells that a paper of a trial states: column of the living table -> cell; what it does not state is absent.

    Keys: `n_treated`, `n_control` (int), `design` (single_arm, randomised, controlled_not_randomised, retrospective),
    `cell_source`, `donor`, `route`, `aetiology`, `indicators`, `registry_ids` (tuples), `product_form`, `dose_low`,
    `dose_high` (float, per administration), `dose_unit`, `infusions_max` (int), `disease` (as written),
    `indication_group`, `effect` (improved, no_difference, mixed, safety_only).
    """
    del title, abstract, publication_types
    return {}
