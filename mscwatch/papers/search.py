"""What is asked of the paper sources, and whether the answers can be trusted. Pure.

A query of Europe PMC has fewer than 1,500 characters. A search that cannot be proven changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

LONGEST_QUERY = 1_450  # characters; Europe PMC refuses 1,500
OVERLAP = timedelta(days=14)  # papers enter the index late, and abstracts later
FOR_EVER = date(3000, 1, 1)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a watch file expects of its query (`[papers]`): the fewest papers in all, and PMIDs that it must find."""

    query: str = ""
    min: int | None = None
    sentinels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """What one search returned."""

    hit_counts: tuple[int, ...]  # of each page
    pmids: frozenset[str]
    distinct: int
    cursor_ended: bool
    unread: int = 0


@dataclass(frozen=True, slots=True)
class SearchProof:
    """Whether a search can be trusted: yes if `reasons`, what speaks against it, is empty."""

    reasons: tuple[str, ...]
    checks: dict[str, Any] = field(default_factory=dict)

    @property
    def trusted(self) -> bool:
        return not self.reasons


def topic_query(expect: Expectation, last_proven: date | None) -> str:
    """The topic's query: all of it the first time, then what entered the index since the last proven search.

    The sentinels are asked again with every search, within the topic's query, so that a query that no longer works
    shows.
    """
    if last_proven is None:
        return expect.query
    since = f"FIRST_IDATE:[{last_proven - OVERLAP} TO {FOR_EVER}]"
    sentinels = "".join(f" OR EXT_ID:{pmid}" for pmid in expect.sentinels)
    return f"({expect.query}) AND ({since}{sentinels})"


def number_queries(numbers: Sequence[str]) -> list[str]:
    """Queries for registration numbers, each a batch that fits: a bare number also finds full texts."""
    return list(_batches([f'"{number}"' for number in numbers]))


def declared_queries(numbers: Sequence[str]) -> list[str]:
    """Queries of PubMed for the numbers that journals declared (`[si]`)."""
    return list(_batches([f'"{number}"[si]' for number in numbers]))


def prove_search(
    facts: SearchFacts, *, expect: Expectation | None = None, whole: bool = False
) -> SearchProof:
    """Decide whether a search is complete and, for the topic's query, still finds what it must.

    `whole` marks a search without a bound of time, for which alone `min` can be judged.
    """
    counts = set(facts.hit_counts)
    announced = max(counts, default=0)
    reasons = []
    if not counts:
        reasons.append("it gave no page")
    if len(counts) > 1:
        reasons.append(f"its count moved between pages ({min(counts)} to {announced})")
    if not facts.cursor_ended:
        reasons.append("its list did not end")
    if facts.distinct != announced:
        reasons.append(f"it announced {announced} papers and gave {facts.distinct}")
    if expect:
        if whole and expect.min is not None and announced < expect.min:
            reasons.append(f"it found {announced} papers, fewer than the {expect.min} expected")
        missing = sorted(set(expect.sentinels) - facts.pmids)
        if missing:
            reasons.append(f"it misses {', '.join(missing[:5])}, which the watch file expects")
    checks = {
        "hit_count": announced,
        "distinct": facts.distinct,
        "pages": len(facts.hit_counts),
        "cursor_ended": facts.cursor_ended,
        "unread": facts.unread,
        "reasons": reasons,
    }
    return SearchProof(tuple(reasons), checks)


def _batches(parts: Sequence[str]) -> Iterator[str]:
    batch = ""
    for part in parts:
        longer = f"{batch} OR {part}" if batch else part
        if batch and len(longer) > LONGEST_QUERY:
            yield batch
            longer = part
        batch = longer
    if batch:
        yield batch
