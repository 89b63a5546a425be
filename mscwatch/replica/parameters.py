"""The parameters of a request: which names are allowed, and how their values are read."""

from __future__ import annotations

import re
from collections.abc import Mapping

Parameters = Mapping[str, str]


class BadParameterError(Exception):
    """A bad parameter. It is answered with status 400 and the message as body."""


def allow(query: Parameters, names: frozenset[str]) -> None:
    """Check the names of the parameters, and the values of `format` and `markupFormat`.

    Raises `BadParameterError` for a name that is not in `names` and for a value that the registry refuses.
    """
    for name in query:
        if name not in names:
            raise BadParameterError(f"`{name}` is unknown parameter")
    one_of(query, "format", ("json",))
    one_of(query, "markupFormat", ("markdown", "legacy"))


def one_of(query: Parameters, name: str, values: tuple[str, ...]) -> None:
    """Raises `BadParameterError` when the parameter is given and not one of `values`."""
    if query.get(name) and query[name] not in values:
        raise BadParameterError(f"Invalid value in parameter `{name}`: `{query[name]}`")


def is_true(query: Parameters, name: str) -> bool:
    """A parameter that is `true`, `false` or absent. Raises `BadParameterError` for another value."""
    one_of(query, name, ("true", "false"))
    return query.get(name) == "true"


def listed(query: Parameters, name: str) -> list[str]:
    """The items of a parameter that separates its values with commas or bars."""
    return [item.strip() for item in re.split(r"[,|]", query.get(name, "")) if item.strip()]
