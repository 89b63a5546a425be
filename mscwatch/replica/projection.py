"""The `fields` parameter: which parts of a study are sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mscwatch.replica.vocabulary import AREAS, PIECES

_SECTIONS = ("protocolSection", "resultsSection", "annotationSection", "documentSection", "derivedSection")

Tree = dict[str, "Tree | None"]  # None stands for everything below a key


class UnknownFieldError(Exception):
    """A name that is neither a piece, an area nor a path; it is the message."""


def tree_of(names: Iterable[str]) -> Tree:
    """The paths that the names stand for, as one tree of keys. A longer path adds nothing to a shorter one.

    Raises `UnknownFieldError` for an unknown name.
    """
    tree: Tree = {}
    for name in names:
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
    raise UnknownFieldError(name)


def project(value: Any, tree: Tree | None) -> Any:
    """The value reduced to the tree. Lists keep their length, so that positions still correspond."""
    if tree is None or not isinstance(value, dict | list):
        return value
    if isinstance(value, list):
        return [project(item, tree) for item in value]
    return {key: project(value[key], branch) for key, branch in tree.items() if key in value}
