"""From the parameters of `/studies` to the ids it finds, in the order they are given.

A quoted phrase is found where its words stand next to each other in one value; an unquoted run of words where
all of them stand in one field. Enumerations match by value or label, dates by their beginning, so that a year
stands for all its days. No synonyms: counts are not the live registry's.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import cache

from mscwatch.replica.dataset import FIELD_END, Dataset, canonical_id
from mscwatch.replica.enums import STATUS, VALUES_OF_PIECE, enum_value
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

# Parameter: the area its words are looked for in, and its name in error messages.
_QUERIES = {
    "query.cond": ("ConditionSearch", "Conditions or disease"),
    "query.intr": ("InterventionSearch", "Intervention / treatment"),
    "query.term": ("BasicSearch", "Other terms"),
    "query.titles": ("TitleSearch", "Title / acronym"),
    "query.id": ("IdSearch", "Study IDs"),
}
_ADVANCED = {"filter.advanced": ("BasicSearch", "advanced filter")}
_FILTERS = ("filter.ids", "filter.overallStatus", "filter.advanced")
_CHOICE = (*_QUERIES, *_FILTERS, "sort")
_ALLOWED = frozenset((*_CHOICE, "format", "markupFormat", "fields", "countTotal", "pageSize", "pageToken"))
_MOST_SORTS = 2


def find_hits(edition: Dataset, query: Parameters) -> list[str]:
    """The ids that the parameters find. The same search of the same edition is made once."""
    allow(query, _ALLOWED)
    choice = {name: query[name] for name in _CHOICE if query.get(name, "").strip()}
    return edition.hits(frozenset(choice.items()), lambda: _find(edition, choice))


def _find(edition: Dataset, choice: Parameters) -> list[str]:
    found: AbstractSet[str] = edition.night.records.keys()
    only_ids = False
    for name in (name for name in _QUERIES if name in choice):
        ids = _nct_ids(choice[name])
        only_ids = only_ids or bool(ids)
        found = found & _current(edition, ids) if ids else _search(edition, _QUERIES, name, choice, found)
    if not only_ids:  # a query of nothing but NCT numbers switches the filters off
        found = _filter(edition, choice, found)
    return _in_order(edition, listed(choice, "sort"), found)


def _nct_ids(text: str) -> list[str]:
    """The NCT numbers of a query that holds nothing else, or nothing."""
    ids = [canonical_id(word) for word in re.split(r"[,\s]+", text.strip())]
    return [] if None in ids else [nct_id for nct_id in ids if nct_id]


def _current(edition: Dataset, ids: list[str]) -> set[str]:
    """The trials that stand under these ids today; an id nobody knows is left out without a word."""
    return {
        current for nct_id in ids if (current := edition.current_id(nct_id))
    } & edition.night.records.keys()


def _search(
    edition: Dataset,
    inputs: dict[str, tuple[str, str]],
    name: str,
    choice: Parameters,
    among: AbstractSet[str],
) -> AbstractSet[str]:
    area, label = inputs[name]
    try:
        return select(parse_query(choice[name], area), area, edition, among)
    except QueryError as error:
        raise BadParameterError(f"Error parsing query in {label}: {error}") from error


def _filter(edition: Dataset, choice: Parameters, found: AbstractSet[str]) -> AbstractSet[str]:
    if "filter.ids" in choice:
        ids = []
        for number, text in enumerate(listed(choice, "filter.ids"), start=1):
            nct_id = canonical_id(text)
            if nct_id is None:
                raise BadParameterError(f"Item {number} in parameter `filter.ids` has incorrect format")
            ids.append(nct_id)
        found = found & _current(edition, ids)
    if "filter.overallStatus" in choice:
        wanted = listed(choice, "filter.overallStatus")
        for status in wanted:
            if status not in STATUS:
                raise BadParameterError(f"Invalid value in parameter `overallStatus`: `{status}`")
        found = {i for i in found if set(wanted).intersection(edition.values(i, "OverallStatus"))}
    if "filter.advanced" in choice:
        found = _search(edition, _ADVANCED, "filter.advanced", choice, found)
    return found


def _in_order(edition: Dataset, sorts: list[str], found: AbstractSet[str]) -> list[str]:
    """By the pieces asked for, studies without a value last, ties in the order of the data set."""
    if len(sorts) > _MOST_SORTS:
        raise BadParameterError("Parameter `sort` has more than 2 items")
    ordered = [nct_id for nct_id in edition.order if nct_id in found]
    for sort in reversed(sorts):
        piece, _, direction = sort.partition(":")
        if piece == "@relevance":
            continue
        if piece not in DATE_PIECES and piece not in NUMBER_PIECES:
            raise BadParameterError("Unsupported sort field type: text")
        descending = direction == "desc" or (not direction and piece in DATE_PIECES)
        value = {
            nct_id: edition.values(nct_id, piece)[0] for nct_id in ordered if edition.values(nct_id, piece)
        }
        without = [nct_id for nct_id in ordered if nct_id not in value]
        ordered = [*sorted(value, key=value.__getitem__, reverse=descending), *without]
    return ordered


_YEAR, _MONTH = 4, 7  # lengths of `2022` and `2022-10`


def select(node: Node, area: str, edition: Dataset, among: AbstractSet[str]) -> AbstractSet[str]:
    """The ids of `among` that `node` finds when its words are looked for in `area`."""
    match node:
        case Everything():
            return among
        case Scoped(name, inner):
            return select(inner, name, edition, among)
        case Negated(inner):
            return among - select(inner, area, edition, among)
        case Both(parts):
            for part in parts:
                among = select(part, area, edition, among)
            return among
        case Either(parts):
            found: AbstractSet[str] = set()
            for part in parts:
                found = found | select(part, area, edition, among - found)
            return found
        case Missing() | Range() | Term():
            return {nct_id for nct_id in among if _holds(node, area, edition, nct_id)}


def _holds(leaf: Missing | Range | Term, area: str, edition: Dataset, nct_id: str) -> bool:
    match leaf:
        case Missing():
            return not any(edition.values(nct_id, piece) for piece in AREAS.get(area, (area,)))
        case Range(low, high):
            return _in_range(edition.values(nct_id, area), area, low, high)
        case Term(text) if area in VALUES_OF_PIECE:
            return enum_value(area, text) in edition.values(nct_id, area)
        case Term(text) if area in DATE_PIECES:
            return any(date.startswith(text) for date in edition.values(nct_id, area))
        case Term(text, quoted=True):
            return bool(_words(text)) and " ".join(("", *_words(text), "")) in edition.text(nct_id, area)
        case Term(text):
            return _in_one_field([f" {word} " for word in _words(text)], edition.text(nct_id, area))


@cache
def _words(text: str) -> list[str]:
    return tokens(text)


def _in_one_field(words: list[str], text: str) -> bool:
    if not words or not all(word in text for word in words):
        return False
    return len(words) == 1 or any(all(word in field for word in words) for field in text.split(FIELD_END))


def _in_range(values: list[str | float], area: str, low: str, high: str) -> bool:
    """Whether any value lies between the bounds, both included; without a value never, not even in MIN to MAX."""
    return any(
        (low == "MIN" or _comparable(low, area) <= _comparable(value, area))
        and (high == "MAX" or _comparable(value, area) <= _comparable(high, area))
        for value in values
    )


def _comparable(value: str | float, area: str) -> tuple[float, str]:
    """A number, or a date made whole: the registry takes a bare month or year for its first day."""
    if area in NUMBER_PIECES:
        return float(value), ""
    date = re.sub(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\1-\2", str(value))
    if len(date) == _YEAR:
        return 0, f"{date}-01-01"
    return 0, f"{date}-01" if len(date) == _MONTH else date
