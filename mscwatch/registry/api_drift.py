"""Whether the registry's values and fields still are those that this program knows, compared when its API changes.

Sources: `/studies/enums` and `/studies/metadata` of API v2, compared with `registry_values.toml` and with the fields
that the warehouse reads. A difference is an `Issue` for a person; the run goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pydantic import BaseModel, TypeAdapter, ValidationError

from mscwatch.errors import NoAnswerError, QueryRejectedError
from mscwatch.model import Issue
from mscwatch.record import registry_values
from mscwatch.registry.client import Client

ENUMS, METADATA = "/studies/enums", "/studies/metadata"
SECTION = "protocolSection"

# Fields of `protocolSection` that no table holds, on purpose.
NOT_STORED = frozenset(
    {
        "protocolSection.armsInterventionsModule.armGroups.interventionNames",  # labelled copies of the names
        "protocolSection.contactsLocationsModule.centralContacts",  # personal data
        "protocolSection.contactsLocationsModule.locations.contacts",  # personal data
        "protocolSection.designModule.nPtrsToThisExpAccNctId",
        "protocolSection.referencesModule.references.retractions",
        "protocolSection.statusModule.resultsWaived",
    }
)


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


def find_drift(
    client: Client, api_version: str, *, last_seen: str | None, mapped: AbstractSet[str]
) -> list[Issue]:
    """Compare the registry's values and fields with ours: two requests, or none while the API version stays the same.

    `last_seen` is the API version of the last trusted run; None stands for that of `registry_values.toml`. `mapped`
    are the record paths that the warehouse reads. A list that the registry does not give is an issue, not an error.
    """
    if api_version == (last_seen or registry_values().api_version):
        return []
    issues: list[Issue] = []
    try:
        enums = TypeAdapter(list[Enum]).validate_python(client.ask(ENUMS, kind=list).json)
        issues += unknown_values(enums, registry_values().enums)
    except (NoAnswerError, QueryRejectedError, ValidationError):
        issues.append(_not_checked(ENUMS, api_version, "for values that are new"))
    try:
        fields = TypeAdapter(list[Node]).validate_python(client.ask(METADATA, kind=list).json)
        issues += moved_fields(fields, mapped, NOT_STORED)
    except (NoAnswerError, QueryRejectedError, ValidationError):
        issues.append(_not_checked(METADATA, api_version, "for fields that are new or gone"))
    return issues


def unknown_values(enums: Iterable[Enum], ours: Mapping[str, Collection[str]]) -> list[Issue]:
    """An issue for every value and every whole enumeration that we do not know. Values that are gone do no harm."""
    issues = []
    for enum in enums:
        if enum.type not in ours:
            values = ", ".join(item.value for item in enum.values)
            message = (
                f"The registry has a new list of values, {enum.type}. Check whether a table should hold it."
            )
            issues.append(Issue("", enum.type, values, message))
            continue
        message = (
            f"The registry's list {enum.type} has a value that is not known here. Records that use it are stored as "
            "they are; the reading rules do not know it."
        )
        issues += [
            Issue("", enum.type, item.value, message)
            for item in enum.values
            if item.value not in ours[enum.type]
        ]
    return issues


def moved_fields(
    fields: Sequence[Node], mapped: AbstractSet[str], not_stored: AbstractSet[str]
) -> list[Issue]:
    """An issue for each field that the warehouse reads and the registry lost, and for each new one under `SECTION`."""
    nodes = dict(_walk(fields, ""))
    leaves = {path for path, node in nodes.items() if not node.children}
    read = {path.replace("[]", "") for path in mapped}
    gone = "The registry no longer describes this field. The columns that are read from it will be empty."
    new = "The registry has a new field, which no table holds. The stored records contain it."
    issues = [
        Issue("", path, "", gone)
        for path in sorted(read - nodes.keys())
        # a leaf may be a small object of its own, such as a geoPoint
        if not _is_covered(path, leaves)
    ]
    for path in sorted(leaves - read):
        is_read_below = any(other.startswith(f"{path}.") for other in read)
        is_ours = not path.startswith(f"{SECTION}.") or is_read_below or _is_covered(path, not_stored)
        if not is_ours:
            issues.append(Issue("", path, "", new))
    return issues


def _walk(fields: Sequence[Node], above: str) -> Iterator[tuple[str, Node]]:
    """Every node with its dotted path."""
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
