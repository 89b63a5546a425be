"""The parameters of a request: which names are allowed, how values are read, which parts of a study `fields` wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mscwatch.replica.vocabulary import AREAS, PIECES

Parameters = Mapping[str, str]
Tree = dict[str, "Tree | None"]  # None stands for everything below a key

_SECTIONS = ("protocolSection", "resultsSection", "annotationSection", "documentSection", "derivedSection")


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


def tree_of(fields: str) -> Tree:
    """The paths that the names in `fields` stand for, as one tree of keys. A longer path adds nothing to a shorter one.

    Raises `BadParameterError` for a name that is neither a piece, an area nor a path.
    """
    tree: Tree = {}
    for name in map(str.strip, re.split(r"[,|]", fields)):
        for path in _paths(name):
            _plant(tree, path.split("."))
    return tree


def _plant(tree: Tree, keys: list[str]) -> None:
    first, *rest = keys
    if not rest:
        tree[first] = None
    elif (branch := tree.setdefault(first, {})) is not None:
        _plant(branch, rest)


def _paths(name: str) -> list[str]:
    if name in PIECES:
        return [PIECES[name]]
    if name in AREAS:
        return [PIECES[piece] for piece in AREAS[name]]
    if name == "hasResults" or name.partition(".")[0] in _SECTIONS:
        return [name]
    raise BadParameterError(f"Parameter 'fields' contains invalid field name: '{name}'")


def project(value: Any, tree: Tree | None) -> Any:
    """The value reduced to the tree. Lists keep their length, so that positions still correspond."""
    if tree is None or not isinstance(value, dict | list):
        return value
    if isinstance(value, list):
        return [project(item, tree) for item in value]
    return {key: project(value[key], branch) for key, branch in tree.items() if key in value}
