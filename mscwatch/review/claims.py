"""The numbers that the review states, each with a query, and whether a recomputed value confirms them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import Any

from mscwatch.vocabulary.patterns import pattern_of

REPRODUCED, NOT_REPRODUCED, UNCHECKED = "reproduced", "not reproduced", "cannot be checked"
_NUMBER = pattern_of(r"\d+(?:\.\d+)?")


UNSTATED_AT_MOST = 1 / 3  # share of the trials that may not state a value that is compared
ABOUT = 5  # what "about" allows
FEW_AT_MOST = 1 / 5

# Which populations (of registered trials) a watch holds completely, by its topic of the review.
HELD = {
    "": frozenset({"table"}),
    "liver": frozenset({"table", "liver"}),
    "any": frozenset({"table", "liver", "any"}),
}
_IN_WORDS = {
    "table": "rows of Table 2",
    "liver": "registered MSC trials of the liver",
    "any": "registered MSC trials of any disease",
}
# The relation that holds the rows of the table, by scope.
LIVING = "living"
_TABLES = {"published": "published_trials", LIVING: "living_rows"}
# What names a trial in the relations that claims count; the first of these that a query mentions does.
_LABELS = {
    "trials_then_and_now": "{of}label",
    "trials_at_review": "{of}nct_id",
    "published_trials": "'row ' || {of}review_row",
    "living_rows": "{of}row_id",
    "therapies": "{of}nct_id",
}
# A count of trials, perhaps followed by how many more there may be.
_COUNT = pattern_of(r"count\(\*\)(?P<filter> FILTER \([^|]*?\))?(\s*\|\| CASE\b.*)?", re.DOTALL)
_COUNT_OF_LATER = (
    "the review counted its 22 rows; this is what has become of them with the rows confirmed since"
)
_ANSWERED_BY = {"liver": "msc-liver or msc", "any": "msc"}


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of the review in one scope (published, living, at_review, today); `query` recomputes its value.

    `of` is a query for how many trials the claim speaks of, and how many of them state the value (NULL: all).
    """

    claim_id: str
    claim: str
    place: str
    scope: str
    stated: str
    rule: str
    population: str
    query: str
    of: str | None
    reason: str | None

    @property
    def population_in_words(self) -> str:
        words = _IN_WORDS[self.population]
        return words.replace("registered", "completed") if "is_completed" in (self.of or "") else words

    @property
    def trials(self) -> str | None:
        """A query for the trials that `query` counts, or that its value is made of; None where it asks no relation.

        Its one value is a list of NCT numbers and of rows of Table 2 ("row 7").
        """
        value, _, relations = self.query.removeprefix("SELECT ").partition("FROM ")
        for relation, label in _LABELS.items():
            if mentioned := re.search(rf"\b{relation}\b(?: AS (\w+))?", relations):
                counted = _COUNT.fullmatch(value.strip())
                of = f"{mentioned[1]}." if mentioned[1] else ""
                listed = f"list(DISTINCT {label.format(of=of)}){(counted and counted['filter']) or ''}"
                return f"SELECT list_sort({listed}) FROM {relations}"
        return None


def text() -> str:
    """The text of the claims' file, `warehouse/seeds/review_claims.toml`."""
    return (files("mscwatch.warehouse") / "seeds" / "review_claims.toml").read_text("utf-8")


def load() -> Iterator[Claim]:
    """Every claim, once for each of its scopes."""
    for entry in tomllib.loads(text())["claim"]:
        for scope in entry["scopes"]:
            yield _claim(entry, scope)


def judged(
    claim: Claim, recomputed: str | None, topic: str, trials: int | None, stating: int | None
) -> tuple[str, str | None]:
    """The verdict on a claim, with its reason.

    There is none where the watch of the review's `topic` does not hold the claim's population, where that is empty, or
    where more than a third of the `trials` do not state the value (`stating` do).
    """
    if claim.population not in HELD[topic]:
        answered = _ANSWERED_BY[claim.population]
        return (
            UNCHECKED,
            f"this watch does not hold all {claim.population_in_words}; the watch {answered} does",
        )
    if trials == 0:
        return UNCHECKED, f"there are no {claim.population_in_words} to count"
    if trials and stating is not None and (trials - stating) / trials > UNSTATED_AT_MOST:
        unstated = f"{trials - stating} of {trials} do not state it"
        return UNCHECKED, "; ".join(filter(None, (unstated, claim.reason)))
    return verdict(claim.rule, claim.stated, recomputed), claim.reason


def verdict(rule: str, stated: str, recomputed: str | None) -> str:
    """Whether the recomputed value confirms the stated one, by a rule that the head of the claims' file explains."""
    if recomputed is None or rule == "none":
        return UNCHECKED
    expected, actual = _numbers(stated), _numbers(recomputed)
    if rule == "range" and len(actual) > 1 and actual[0] <= expected[0] <= actual[-1]:
        return UNCHECKED
    return REPRODUCED if _RULES[rule](stated, recomputed, expected, actual) else NOT_REPRODUCED


_RULES: dict[str, Callable[[str, str, list[float], list[float]], bool]] = {
    "equal": lambda stated, recomputed, _, __: stated == recomputed,
    "range": lambda _, __, expected, actual: actual == expected,
    "at_least": lambda _, __, expected, actual: actual[:1] >= expected[:1],
    "about": lambda _, __, expected, actual: abs(actual[0] - expected[0]) <= ABOUT,
    "few": lambda _, __, ___, actual: actual[0] <= actual[1] * FEW_AT_MOST,
    "falling": lambda _, __, ___, actual: all(first > second for first, second in pairwise(actual)),
}


def _claim(entry: dict[str, Any], scope: str) -> Claim:
    is_count_of_later = scope == LIVING and entry["rule"] == "equal"
    return Claim(
        entry["id"],
        entry["claim"],
        entry["place"],
        scope,
        entry["stated"],
        "none" if is_count_of_later else entry["rule"],
        entry.get("population", "table" if scope in _TABLES else "liver"),
        _query(entry["query"], scope),
        _query(entry["of"], scope) if "of" in entry else None,
        _COUNT_OF_LATER if is_count_of_later else entry.get("reason"),
    )


def _query(text: str, scope: str) -> str:
    return text.strip().replace("{scope}", scope).replace("{table}", _TABLES.get(scope, ""))


def _numbers(words: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(words)]
