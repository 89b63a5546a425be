"""The parameters of a request: which names are allowed, and how their values are read."""

from __future__ import annotations

import re
from collections.abc import Mapping

Parameters = Mapping[str, str]


class BadParameterError(Exception):
    """Answered with 400; the message is the body."""


def allow(query: Parameters, names: frozenset[str]) -> None:
    """Refuses every parameter that is not in `names`, and every value of two that are known in advance."""
    for name in query:
        if name not in names:
            raise BadParameterError(f"`{name}` is unknown parameter")
    one_of(query, "format", ("json",))
    one_of(query, "markupFormat", ("markdown", "legacy"))


def one_of(query: Parameters, name: str, values: tuple[str, ...]) -> None:
    if query.get(name) and query[name] not in values:
        raise BadParameterError(f"Invalid value in parameter `{name}`: `{query[name]}`")


def is_true(query: Parameters, name: str) -> bool:
    one_of(query, name, ("true", "false"))
    return query.get(name) == "true"


def listed(query: Parameters, name: str) -> list[str]:
    """The items of a parameter that lists values between commas or bars."""
    return [item.strip() for item in re.split(r"[,|]", query.get(name, "")) if item.strip()]
