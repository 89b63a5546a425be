"""Whether the registry's vocabulary has moved away from what this program knows, looked at when its API changes.

Sources: `/studies/enums` and `/studies/metadata` of API v2, compared with `known.toml` and with the fields that the
warehouse is filled from. A difference is an `Issue` for a person; the night goes on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, TypeAdapter, ValidationError

from mscwatch.errors import NoAnswerError, QueryRejectedError
from mscwatch.model import Issue
from mscwatch.registry.client import Client

ENUMS, METADATA = "/studies/enums", "/studies/metadata"
SECTION = "protocolSection"


class _Value(BaseModel):
    value: str


class Enum(BaseModel):
    """One item of `/studies/enums`."""

    type: str
    values: list[_Value]


class Node(BaseModel):
    """One item of `/studies/metadata`: a field, or a branch with the fields below it."""

    name: str
    children: list[Node] = []


class KnownVocabulary(BaseModel):
    """`known.toml`: the API version that was looked at, its enumerations, and fields that are not stored."""

    api_version: str
    enums: dict[str, frozenset[str]]
    not_stored: frozenset[str]


@cache
def known() -> KnownVocabulary:
    """What this program knows of the registry's vocabulary."""
    text = files("mscwatch.registry").joinpath("known.toml").read_text(encoding="utf-8")
    return KnownVocabulary.model_validate(tomllib.loads(text))


def look(client: Client, api_version: str, *, last_seen: str | None, mapped: AbstractSet[str]) -> list[Issue]:
    """Compare the registry's vocabulary with ours: two requests, and none while the API version stays.

    `last_seen` is the API version of the night before (None: there was none, and what `known.toml` was made from
    takes its place), `mapped` the record paths that the warehouse reads. Never fails a night: a list that the
    registry does not give is an issue that says so.
    """
    if api_version == (last_seen or known().api_version):
        return []
    issues: list[Issue] = []
    try:
        enums = TypeAdapter(list[Enum]).validate_python(client.listing(ENUMS))
        issues += unknown_values(enums, known().enums)
    except (NoAnswerError, QueryRejectedError, ValidationError):
        issues.append(_not_checked(ENUMS, api_version, "for values that are new"))
    try:
        fields = TypeAdapter(list[Node]).validate_python(client.listing(METADATA))
        issues += moved_fields(fields, mapped, known().not_stored)
    except (NoAnswerError, QueryRejectedError, ValidationError):
        issues.append(_not_checked(METADATA, api_version, "for fields that are new or gone"))
    return issues


def unknown_values(enums: Iterable[Enum], ours: Mapping[str, AbstractSet[str]]) -> list[Issue]:
    """Every value, and every whole enumeration, that we do not know. Values that are gone harm nobody."""
    issues = []
    for enum in enums:
        if enum.type not in ours:
            values = ", ".join(one.value for one in enum.values)
            message = (
                f"The registry has a new list of values, {enum.type}; look at whether a table should hold it."
            )
            issues.append(Issue("", enum.type, values, message))
            continue
        message = (
            f"The registry's list {enum.type} has a value that is not known here; records that use it are kept as "
            "they are, and reading rules do not know it."
        )
        issues += [
            Issue("", enum.type, one.value, message)
            for one in enum.values
            if one.value not in ours[enum.type]
        ]
    return issues


def moved_fields(
    fields: Sequence[Node], mapped: AbstractSet[str], not_stored: AbstractSet[str]
) -> list[Issue]:
    """Fields that the warehouse reads and the registry no longer has, and new ones under `protocolSection`."""
    branches, leaves = _paths(fields)
    read = {path.replace("[]", "") for path in mapped}
    gone = "The registry no longer describes this field; the columns that are read from it will be empty."
    new = "The registry has a new field, which no table holds; the stored records keep it."
    issues = [
        Issue("", path, "", gone)
        for path in sorted(read - branches - leaves)
        # a leaf may be a small object of its own, such as a geoPoint
        if not _is_covered(path, leaves)
    ]
    for path in sorted(leaves - read):
        is_read_below = any(other.startswith(f"{path}.") for other in read)
        is_ours = not path.startswith(f"{SECTION}.") or is_read_below or _is_covered(path, not_stored)
        if not is_ours:
            issues.append(Issue("", path, "", new))
    return issues


def _paths(fields: Sequence[Node]) -> tuple[set[str], set[str]]:
    """The dotted paths of branches, and those of leaves."""
    walked = list(_walk(fields, ""))
    return {path for path, node in walked if node.children}, {
        path for path, node in walked if not node.children
    }


def _walk(fields: Sequence[Node], above: str) -> Iterator[tuple[str, Node]]:
    for node in fields:
        path = f"{above}{node.name}"
        yield path, node
        yield from _walk(node.children, f"{path}.")


def _is_covered(path: str, by: AbstractSet[str]) -> bool:
    """Whether the path or one above it is in the set."""
    parts = path.split(".")
    return any(".".join(parts[:length]) in by for length in range(1, len(parts) + 1))


def _not_checked(path: str, api_version: str, what: str) -> Issue:
    message = f"The registry's API is new ({api_version}) and {path} gave no usable list, so it was not checked {what}."
    return Issue("", path, "not checked", message)
