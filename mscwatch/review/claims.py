"""The numbers that the review states, each with a query, and whether a recomputed value confirms them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import Any

REPRODUCED, NOT_REPRODUCED, UNCHECKED = "reproduced", "not reproduced", "cannot be checked"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of the review in one scope (published, at_review, today); `query` recomputes its value."""

    claim_id: str
    claim: str
    place: str
    scope: str
    stated: str
    rule: str
    query: str
    reason: str | None


def text() -> str:
    """The text of the claims' file, `warehouse/seeds/review_claims.toml`."""
    return (files("mscwatch.warehouse") / "seeds" / "review_claims.toml").read_text("utf-8")


def load() -> Iterator[Claim]:
    """Every claim, once for each of its scopes."""
    for entry in tomllib.loads(text())["claim"]:
        for scope in entry["scopes"]:
            yield _claim(entry, scope)


def verdict(rule: str, stated: str, recomputed: str | None) -> str:
    """Whether the recomputed value confirms the stated one, by a rule that the head of the claims' file explains."""
    if recomputed is None or rule == "none":
        return UNCHECKED
    expected, actual = _numbers(stated), _numbers(recomputed)
    if rule == "range" and len(actual) > 1 and actual[0] <= expected[0] <= actual[-1]:
        return UNCHECKED
    holds = {
        "equal": stated == recomputed,
        "range": actual == expected,
        "at_least": actual[:1] >= expected[:1],
        "falling": all(first > second for first, second in pairwise(actual)),
    }
    return REPRODUCED if holds[rule] else NOT_REPRODUCED


def _claim(entry: dict[str, Any], scope: str) -> Claim:
    return Claim(
        entry["id"],
        entry["claim"],
        entry["place"],
        scope,
        entry["stated"],
        entry["rule"],
        entry["query"].strip().replace("{scope}", scope),
        entry.get("reason"),
    )


def _numbers(words: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(words)]
