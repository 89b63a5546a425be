"""The registry's query language: from the text of a `query.*` or `filter.advanced` parameter to a checked tree.

A query has quoted phrases, runs of words, AND, OR, NOT in capitals, parentheses, AREA[...], RANGE[...], MISSING and
ALL. The precedence is the registry's: terms bind closest, then NOT and AREA, then AND, then OR. Synonyms and the
operators EXPANSION, COVERAGE, SEARCH and TILT are not supported.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple, TypeAlias

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from mscwatch.replica.enums import VALUES_OF_PIECE, enum_value
from mscwatch.replica.vocabulary import AREAS, DATE_PIECES, NUMBER_PIECES, PIECES

_NUMBER = re.compile(r"\d+(\.\d+)?")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?|\d\d/\d\d/\d{4}")
MOST_WORDS = 13  # unquoted, in one AND group; the registry accepts 12 and refuses 14

GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: single (_AND? single)*
?single: _NOT single      -> negated
    | AREA single         -> scoped
    | "(" either ")"
    | QUOTED              -> quoted
    | WORDS               -> words
    | RANGE               -> between
    | _MISSING            -> missing
    | _ALL                -> everything

_AND.2:    /AND(?=[\s\[\]()"]|$)/
_OR.2:     /OR(?=[\s\[\]()"]|$)/
_NOT.2:    /NOT(?=[\s\[\]()"]|$)/
_MISSING.2: /MISSING(?=[\s\[\]()"]|$)/
_ALL.2:    /ALL(?=[\s\[\]()"]|$)/
AREA.2:    /AREA\[[^\[\]]+\]/
RANGE.2:   /RANGE\[\s*[^\s\[\],]+\s*,\s*[^\s\[\],]+\s*\]/
QUOTED:    /"(?:\\.|[^"\\])*"/
WORDS:     /(?:(?!(?:AND|OR|NOT|ALL|MISSING)(?=[\s\[\]()"]|$)|(?:AREA|RANGE)\[)[^\s\[\]()"]+\s*)+/
%ignore /\s+/
"""


class QueryError(Exception):
    """A query that the registry would answer with 400. The message is the part after the name of the input."""


class Term(NamedTuple):
    text: str
    quoted: bool


class Range(NamedTuple):
    low: str
    high: str


class Missing(NamedTuple):
    pass


class Everything(NamedTuple):
    pass


class Negated(NamedTuple):
    inner: Node


class Scoped(NamedTuple):
    area: str
    inner: Node


class Both(NamedTuple):
    parts: tuple[Node, ...]


class Either(NamedTuple):
    parts: tuple[Node, ...]


Node: TypeAlias = Term | Range | Missing | Everything | Negated | Scoped | Both | Either


@v_args(inline=True)
class _ToNodes(Transformer[Token, Node]):
    """From the grammar's rules to nodes, without any checks."""

    missing, everything, negated = Missing, Everything, Negated

    def either(self, *parts: Node) -> Node:
        return Either(parts)

    def both(self, *parts: Node) -> Node:
        return Both(parts)

    def scoped(self, area: Token, inner: Node) -> Node:
        return Scoped(area[len("AREA[") : -1].strip(), inner)

    def quoted(self, phrase: Token) -> Node:
        return Term(re.sub(r"\\(.)", r"\1", phrase[1:-1]), quoted=True)

    def words(self, words: Token) -> Node:
        return Term(re.sub(r"\\(?=\w)", "", words.strip()), quoted=False)

    def between(self, bounds: Token) -> Node:
        low, high = bounds[len("RANGE[") : -1].split(",")
        return Range(low.strip(), high.strip())


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr")


def parse_query(text: str, area: str) -> Node:
    """The tree of a query. `area` is where its words are searched unless it names another one.

    Raises `QueryError`, in the registry's words, for a query that the registry would refuse.
    """
    try:
        node: Node = _ToNodes().transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise QueryError(_syntax_message(text, error)) from error
    _check(node, area)
    return node


def _syntax_message(text: str, error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedCharacters) and error.char in "[]":
        return f"mismatched input '{error.char}' expecting {{<EOF>, '(', ',', 'NOT', 'AND', 'OR'}}"
    if isinstance(error, UnexpectedToken) and error.token.type in {"$END", "RPAR"}:
        return "inner bool query clause cannot be null"
    rest = text[error.pos_in_stream or 0 :].split()
    return f"no viable alternative at input '{rest[0] if rest else ''}'"


def _check(node: Node, area: str) -> None:
    """Raise `QueryError` for a query that parses but that the registry would refuse."""
    match node:
        case Scoped(name, inner):
            if name not in AREAS and name not in PIECES:
                raise QueryError(f"Unknown area name: `{name}`")
            _check(inner, name)
        case Negated(inner):
            _check(inner, area)
        case Both(parts) | Either(parts):
            if isinstance(node, Both) and _words_at_once(node) > MOST_WORDS:
                raise QueryError("Too complicated query")
            for part in parts:
                _check(part, area)
        case Term():
            _check_term(node, area)
        case Range(low, high):
            _check_bounds((low, high), area)
        case Missing() | Everything():
            pass


def _check_term(term: Term, area: str) -> None:
    if _words_at_once(term) > MOST_WORDS:
        raise QueryError("Too complicated query")
    if area in VALUES_OF_PIECE and enum_value(area, term.text) is None:
        allowed = ", ".join(f"`{value}`" for value in VALUES_OF_PIECE[area])
        raise QueryError(
            f"Unknown value `{term.text}`. Allowed values for enum field `{PIECES[area]}` are {allowed}"
        )


def _check_bounds(bounds: tuple[str, str], area: str) -> None:
    for bound in bounds:
        if bound in {"MIN", "MAX"} and (area in NUMBER_PIECES or area in DATE_PIECES):
            continue
        if area in NUMBER_PIECES and _NUMBER.fullmatch(bound):
            continue
        if area not in DATE_PIECES or not _DATE.fullmatch(bound):
            raise QueryError(f"no viable alternative at input '{bound}'")


def _words_at_once(node: Node) -> int:
    """How many unquoted words are combined with AND; a hyphenated word counts as several."""
    match node:
        case Term(text, quoted):
            return 0 if quoted else len(tokens(text))
        case Both(parts):
            return sum(_words_at_once(part) for part in parts)
        case Either(parts):
            return max(_words_at_once(part) for part in parts)
        case Negated(inner) | Scoped(_, inner):
            return _words_at_once(inner)
        case _:
            return 0


_PLURAL = re.compile(r"(?<=\w\w[^\Ws_])s\b")
_BETWEEN = re.compile(r"[\W_]+")


def tokens(text: str) -> list[str]:
    """The words and numbers of a text in lower case, without a plural -s, so that "cells" finds "cell"."""
    return _BETWEEN.sub(" ", _PLURAL.sub("", text.lower())).split()
