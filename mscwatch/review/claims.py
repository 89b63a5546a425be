"""The numbers that the review states, and whether a recomputed value bears them out. The store runs the queries."""

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
    """One number of the review in one scope (published, at_review, today); `query` gives the recomputed value."""

    claim_id: str
    claim: str
    place: str
    scope: str
    stated: str
    rule: str
    query: str
    reason: str | None


def text() -> str:
    """The file that the claims stand in."""
    return (files("mscwatch.warehouse") / "seeds" / "review_claims.toml").read_text("utf-8")


def load() -> Iterator[Claim]:
    """Every claim once per scope."""
    for told in tomllib.loads(text())["claim"]:
        for scope in told["scopes"]:
            yield _claim(told, scope)


def verdict(rule: str, stated: str, recomputed: str | None) -> str:
    """Whether the value bears the statement out, by a rule that the head of the claims' file explains."""
    if recomputed is None or rule == "none":
        return UNCHECKED
    wanted, found = _numbers(stated), _numbers(recomputed)
    if rule == "range" and len(found) > 1 and found[0] <= wanted[0] <= found[-1]:
        return UNCHECKED
    holds = {
        "equal": stated == recomputed,
        "range": found == wanted,
        "at_least": found[:1] >= wanted[:1],
        "falling": all(first > second for first, second in pairwise(found)),
    }
    return REPRODUCED if holds[rule] else NOT_REPRODUCED


def _claim(told: dict[str, Any], scope: str) -> Claim:
    return Claim(
        told["id"],
        told["claim"],
        told["place"],
        scope,
        told["stated"],
        told["rule"],
        told["query"].strip().replace("{scope}", scope),
        told.get("reason"),
    )


def _numbers(words: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(words)]
