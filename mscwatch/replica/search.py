"""The search behind `/studies`: from its parameters to the ids that match, in the order of the answer.

A quoted phrase matches where its words are adjacent in one value, an unquoted run of words where one field has them
all. Enumerations match by value or label. Dates match by their beginning, so a year matches all its days. There are
no synonyms, so counts differ from the live registry's.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import cache

from mscwatch.record import nct_number
from mscwatch.replica.dataset import FIELD_END, Dataset
from mscwatch.replica.enums import VALUES_OF_PIECE, enum_value
from mscwatch.replica.parameters import BadParameterError, Parameters, allow, listed
from mscwatch.replica.query import (
    Both,
    Either,
    Everything,
    Missing,
    Negated,
    Node,
    QueryError,
    Range,
    Scoped,
    Term,
    parse_query,
    tokens,
)
from mscwatch.replica.vocabulary import AREAS, DATE_PIECES, NUMBER_PIECES

# Parameter: the area where its words are searched, and its name in error messages.
_QUERIES = {
    "query.cond": ("ConditionSearch", "Conditions or disease"),
    "query.intr": ("InterventionSearch", "Intervention / treatment"),
    "query.term": ("BasicSearch", "Other terms"),
    "query.titles": ("TitleSearch", "Title / acronym"),
    "query.id": ("IdSearch", "Study IDs"),
}
_CHOICE = (*_QUERIES, "filter.ids", "filter.overallStatus", "filter.advanced", "sort")
_ALLOWED = frozenset((*_CHOICE, "format", "markupFormat", "fields", "countTotal", "pageSize", "pageToken"))
_MOST_SORTS = 2


def find_hits(dataset: Dataset, query: Parameters) -> list[str]:
    """The ids that match, in order; cached in the dataset. Raises `BadParameterError` as the registry would refuse."""
    allow(query, _ALLOWED)
    choice = {name: query[name] for name in _CHOICE if query.get(name, "").strip()}
    key = frozenset(choice.items())
    if key not in dataset.hits:
        dataset.hits[key] = _find(dataset, choice)
    return dataset.hits[key]


def _find(dataset: Dataset, choice: Parameters) -> list[str]:
    hits: AbstractSet[str] = dataset.snapshot.records.keys()
    only_ids = False
    for name in (name for name in _QUERIES if name in choice):
        ids = _nct_ids(choice[name])
        only_ids = only_ids or bool(ids)
        hits = hits & _current(dataset, ids) if ids else _search(dataset, choice[name], *_QUERIES[name], hits)
    if not only_ids:  # a query of nothing but NCT numbers switches the filters off
        hits = _filter(dataset, choice, hits)
    return _in_order(dataset, listed(choice, "sort"), hits)


def _nct_ids(text: str) -> list[str]:
    """The NCT numbers of a query that consists of nothing else; otherwise an empty list."""
    ids = [nct_number(word) for word in re.split(r"[,\s]+", text.strip())]
    return [] if None in ids else [nct_id for nct_id in ids if nct_id]


def _current(dataset: Dataset, ids: list[str]) -> set[str]:
    """The trials that have these ids today. An unknown id is silently left out."""
    return dataset.snapshot.records.keys() & {dataset.current_id(nct_id) for nct_id in ids}


def _search(dataset: Dataset, text: str, area: str, label: str, among: AbstractSet[str]) -> AbstractSet[str]:
    try:
        return select(parse_query(text, area), area, dataset, among)
    except QueryError as error:
        raise BadParameterError(f"Error parsing query in {label}: {error}") from error


def _filter(dataset: Dataset, choice: Parameters, hits: AbstractSet[str]) -> AbstractSet[str]:
    if "filter.ids" in choice:
        ids = []
        for number, text in enumerate(listed(choice, "filter.ids"), start=1):
            nct_id = nct_number(text)
            if nct_id is None:
                raise BadParameterError(f"Item {number} in parameter `filter.ids` has incorrect format")
            ids.append(nct_id)
        hits = hits & _current(dataset, ids)
    if "filter.overallStatus" in choice:
        statuses = listed(choice, "filter.overallStatus")
        for status in statuses:
            if status not in VALUES_OF_PIECE["OverallStatus"]:
                raise BadParameterError(f"Invalid value in parameter `overallStatus`: `{status}`")
        hits = {i for i in hits if set(statuses).intersection(dataset.values(i, "OverallStatus"))}
    if "filter.advanced" in choice:
        hits = _search(dataset, choice["filter.advanced"], "BasicSearch", "advanced filter", hits)
    return hits


def _in_order(dataset: Dataset, sorts: list[str], hits: AbstractSet[str]) -> list[str]:
    """Sorted by the requested pieces. Studies without a value come last, ties in the order of the dataset."""
    if len(sorts) > _MOST_SORTS:
        raise BadParameterError("Parameter `sort` has more than 2 items")
    ordered = [nct_id for nct_id in dataset.order if nct_id in hits]
    for sort in reversed(sorts):
        piece, _, direction = sort.partition(":")
        if piece == "@relevance":
            continue
        if piece not in DATE_PIECES and piece not in NUMBER_PIECES:
            raise BadParameterError("Unsupported sort field type: text")
        descending = direction == "desc" or (not direction and piece in DATE_PIECES)
        value = {nct_id: found[0] for nct_id in ordered if (found := dataset.values(nct_id, piece))}
        without = [nct_id for nct_id in ordered if nct_id not in value]
        ordered = [*sorted(value, key=value.__getitem__, reverse=descending), *without]
    return ordered


_YEAR, _MONTH = 4, 7  # lengths of `2022` and `2022-10`
_words = cache(tokens)


def select(node: Node, area: str, dataset: Dataset, among: AbstractSet[str]) -> AbstractSet[str]:
    """The ids of `among` that match `node`, with its words searched in `area`."""
    match node:
        case Everything():
            return among
        case Scoped(name, inner):
            return select(inner, name, dataset, among)
        case Negated(inner):
            return among - select(inner, area, dataset, among)
        case Both(parts):
            for part in parts:
                among = select(part, area, dataset, among)
            return among
        case Either(parts):
            hits: AbstractSet[str] = set()
            for part in parts:
                hits = hits | select(part, area, dataset, among - hits)
            return hits
        case Missing() | Range() | Term():
            return {nct_id for nct_id in among if _holds(node, area, dataset, nct_id)}


def _holds(leaf: Missing | Range | Term, area: str, dataset: Dataset, nct_id: str) -> bool:
    match leaf:
        case Missing():
            return not any(dataset.values(nct_id, piece) for piece in AREAS.get(area, (area,)))
        case Range(low, high):
            return _in_range(dataset.values(nct_id, area), area, low, high)
        case Term(text) if area in VALUES_OF_PIECE:
            return enum_value(area, text) in dataset.values(nct_id, area)
        case Term(text) if area in DATE_PIECES:
            return any(date.startswith(text) for date in dataset.values(nct_id, area))
        case Term(text, quoted=True):
            return bool(_words(text)) and " ".join(("", *_words(text), "")) in dataset.text(nct_id, area)
        case Term(text):
            return _in_one_field([f" {word} " for word in _words(text)], dataset.text(nct_id, area))


def _in_one_field(words: list[str], text: str) -> bool:
    if not words or not all(word in text for word in words):
        return False
    return len(words) == 1 or any(all(word in field for word in words) for field in text.split(FIELD_END))


def _in_range(values: list[str | float], area: str, low: str, high: str) -> bool:
    """Whether any value lies between the bounds, both included. No value is in no range, not even MIN to MAX."""
    return any(
        (low == "MIN" or _comparable(low, area) <= _comparable(value, area))
        and (high == "MAX" or _comparable(value, area) <= _comparable(high, area))
        for value in values
    )


def _comparable(value: str | float, area: str) -> tuple[float, str]:
    """A number, or a complete date: the registry reads a bare month or year as its first day."""
    if area in NUMBER_PIECES:
        return float(value), ""
    date = re.sub(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\1-\2", str(value))
    if len(date) == _YEAR:
        return 0, f"{date}-01-01"
    return 0, f"{date}-01" if len(date) == _MONTH else date
