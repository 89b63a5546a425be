"""What changed in the primary outcomes between two versions of a record.

Outcomes have no id, and a list may hold a measure twice, so they are matched by their texts, the surest match first:
same measure and time frame; same measure; moved between primary and secondary; similar words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

from mscwatch.changes.diff import plain_text
from mscwatch.digest import shorten
from mscwatch.model import Record
from mscwatch.record import part

SIMILAR = 0.6  # share of words in the same order from which a measure counts as reworded, not as another one
MOST_TOKENS = 500  # of a measure are compared with another's; the registry admits some 250 characters
SHOWN = 90  # characters of a measure in a summary

_DASHES = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
_SIGNS = {ord("≥"): ">=", ord("≤"): "<=", ord("&"): " and "}
# A hyphen is a minus only before a number and after neither a word nor another number: "day -7", not "6 -12".
_TOKEN = re.compile(r"(?<![\w)])(?<!\d )-(?=\d)|\d+(?:\.\d+)?|[^\W\d_]+|[<>=+%±]")


class ChangeKind(StrEnum):
    """What changed in one primary outcome."""

    TIME_FRAME = "time frame changed"
    PROMOTED = "promoted from secondary"
    DEMOTED = "demoted to secondary"
    MEASURE = "measure changed"
    DROPPED = "dropped"
    ADDED = "added"


class TrialOutcome(NamedTuple):
    """An outcome, both texts as the record has them."""

    measure: str
    time_frame: str


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """One change of one primary outcome; `before` or `after` is None where there is none."""

    kind: ChangeKind
    before: TrialOutcome | None
    after: TrialOutcome | None


def outcome_changes(before: Record, after: Record) -> list[OutcomeChange]:
    """What changed in the primary outcomes between two versions; each outcome is in one change at most."""
    modules = [part(record, "protocolSection", "outcomesModule") for record in (before, after)]
    if modules[0] == modules[1]:  # the usual case; comparing words costs more
        return []
    old, new = (_listed(record, "primaryOutcomes") for record in (before, after))
    _pair(old, new, _says_the_same)
    was_secondary, is_secondary = (_listed(record, "secondaryOutcomes") for record in (before, after))
    _pair(was_secondary, is_secondary, _same_measure)
    changes = [OutcomeChange(ChangeKind.TIME_FRAME, *pair) for pair in _pair(old, new, _same_measure)]
    changes += [
        OutcomeChange(ChangeKind.PROMOTED, *pair) for pair in _pair(was_secondary, new, _same_measure)
    ]
    changes += [OutcomeChange(ChangeKind.DEMOTED, *pair) for pair in _pair(old, is_secondary, _same_measure)]
    changes += [OutcomeChange(ChangeKind.MEASURE, *pair) for pair in _alike(old, new)]
    changes += [OutcomeChange(ChangeKind.DROPPED, outcome, None) for outcome in old]
    return changes + [OutcomeChange(ChangeKind.ADDED, None, outcome) for outcome in new]


def in_words(change: OutcomeChange) -> str:
    """One change as an event's summary says it: `added: "Overall survival" (2 years)`."""
    match change:
        case OutcomeChange(ChangeKind.TIME_FRAME, TrialOutcome(measure, was), TrialOutcome(_, now)):
            return f'time frame of "{_short(measure)}" changed: {_short(was) or "none"} → {_short(now) or "none"}'
        case OutcomeChange(ChangeKind.MEASURE, TrialOutcome() as was, TrialOutcome() as now):
            frames = not _same_frame(was, now)
            return f"{change.kind}: {_shown(was, frame=frames)} → {_shown(now, frame=frames)}"
        case OutcomeChange(_, was, now):
            outcome = now or was
            return f"{change.kind}: {_shown(outcome, frame=True)}" if outcome else str(change.kind)


def objects(record: Record, *path: str) -> list[dict[str, Any]]:
    """The objects in a list of a record; empty where there is no list."""
    return [item for item in part(record, *path) or () if isinstance(item, dict)]


def substance(text: str) -> str:
    """A text for comparison: its words, numbers and signs without case, markup, spacing and punctuation.

    Only two numbers stay apart: "12weeks" equals "12 weeks", and "follow-up" equals "followup".
    """
    tokens = _tokens(text)
    return "".join(
        f" {token}" if token[0].isdigit() and number and tokens[number - 1][0].isdigit() else token
        for number, token in enumerate(tokens)
    )


def _tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", plain_text(text)).translate(_DASHES).translate(_SIGNS)
    return _TOKEN.findall(plain)


def _listed(record: Record, name: str) -> list[TrialOutcome]:
    """The outcomes of a list, without repetitions of the same measure, time frame and description.

    The description counts here: trials list "Efficacy" several times and only the descriptions say of what.
    """
    outcomes: dict[tuple[str, ...], TrialOutcome] = {}
    for item in objects(record, "protocolSection", "outcomesModule", name):
        measure, time_frame, description = (
            str(item.get(key) or "") for key in ("measure", "timeFrame", "description")
        )
        key = tuple(substance(text) for text in (measure, time_frame, description))
        outcomes.setdefault(key, TrialOutcome(measure, time_frame))
    return list(outcomes.values())


def _pair(
    left: list[TrialOutcome], right: list[TrialOutcome], same: Callable[[TrialOutcome, TrialOutcome], bool]
) -> list[tuple[TrialOutcome, TrialOutcome]]:
    """Take the pairs that `same` finds out of both lists, in order."""
    pairs = []
    for one in list(left):
        partner = next((other for other in right if same(one, other)), None)
        if partner is not None:
            left.remove(one)
            right.remove(partner)
            pairs.append((one, partner))
    return pairs


def _alike(old: list[TrialOutcome], new: list[TrialOutcome]) -> list[tuple[TrialOutcome, TrialOutcome]]:
    """Take the pairs of similar wording out of both lists, the most similar first."""
    ranked = sorted(
        ((_likeness(one, other), one, other) for one in old for other in new),
        key=lambda item: -item[0],
    )
    pairs = []
    for likeness, one, other in ranked:
        if likeness >= SIMILAR and one in old and other in new:
            old.remove(one)
            new.remove(other)
            pairs.append((one, other))
    return pairs


def _likeness(one: TrialOutcome, other: TrialOutcome) -> float:
    left, right = (_tokens(outcome.measure)[:MOST_TOKENS] for outcome in (one, other))
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def _same_measure(one: TrialOutcome, other: TrialOutcome) -> bool:
    return substance(one.measure) == substance(other.measure)


def _same_frame(one: TrialOutcome, other: TrialOutcome) -> bool:
    return substance(one.time_frame) == substance(other.time_frame)


def _says_the_same(one: TrialOutcome, other: TrialOutcome) -> bool:
    return _same_measure(one, other) and _same_frame(one, other)


def _shown(outcome: TrialOutcome, *, frame: bool) -> str:
    when = f" ({_short(outcome.time_frame)})" if frame and outcome.time_frame else ""
    return f'"{_short(outcome.measure)}"{when}'


def _short(text: str) -> str:
    return shorten(" ".join(text.split()), SHOWN)
