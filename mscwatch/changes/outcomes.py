"""Two lists of outcomes become what happened to the primary ones.

Outcomes have no id, and a measure may stand in a list twice, so they are aligned by what they say, from the surest
sign to the weakest: same measure and time frame; same measure; moved between primary and secondary; similar words.
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
from mscwatch.model import Record
from mscwatch.record import part

SIMILAR = 0.6  # share of words in the same order from which on a measure is reworded and not another one
SHOWN = 90  # characters of a measure in a summary

_DASHES = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
_SIGNS = {ord("≥"): ">=", ord("≤"): "<=", ord("&"): " and "}
# A hyphen is a minus only before a number and after neither a word nor another number: "day -7", not "6 -12".
_TOKEN = re.compile(r"(?<![\w)])(?<!\d )-(?=\d)|\d+(?:\.\d+)?|[^\W\d_]+|[<>=+%±]")


class OutcomeChange(StrEnum):
    """What happened to one primary outcome."""

    TIME_FRAME = "time frame changed"
    PROMOTED = "promoted from secondary"
    DEMOTED = "demoted to secondary"
    MEASURE = "measure changed"
    DROPPED = "dropped"
    ADDED = "added"


class TrialOutcome(NamedTuple):
    """An outcome as it is written."""

    measure: str
    time_frame: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One thing that happened to one primary outcome; `before` or `after` is None where there is none."""

    how: OutcomeChange
    before: TrialOutcome | None
    after: TrialOutcome | None


def shifts(before: Record, after: Record) -> list[Shift]:
    """What happened to the primary outcomes between two versions, each outcome named once."""
    modules = [part(one, "protocolSection", "outcomesModule") for one in (before, after)]
    if modules[0] == modules[1]:  # most of the time, and comparing words costs more
        return []
    old, new = (_listed(one, "primaryOutcomes") for one in (before, after))
    _pair(old, new, _says_the_same)
    was_secondary, is_secondary = (_listed(one, "secondaryOutcomes") for one in (before, after))
    _pair(was_secondary, is_secondary, _same_measure)
    found = [Shift(OutcomeChange.TIME_FRAME, *pair) for pair in _pair(old, new, _same_measure)]
    found += [Shift(OutcomeChange.PROMOTED, *pair) for pair in _pair(was_secondary, new, _same_measure)]
    found += [Shift(OutcomeChange.DEMOTED, *pair) for pair in _pair(old, is_secondary, _same_measure)]
    found += [Shift(OutcomeChange.MEASURE, *pair) for pair in _alike(old, new)]
    found += [Shift(OutcomeChange.DROPPED, one, None) for one in old]
    return found + [Shift(OutcomeChange.ADDED, None, one) for one in new]


def in_words(shift: Shift) -> str:
    """One shift as people read it."""
    match shift:
        case Shift(OutcomeChange.TIME_FRAME, TrialOutcome(measure, was), TrialOutcome(_, now)):
            return f'time frame of "{_short(measure)}" changed: {_short(was) or "none"} → {_short(now) or "none"}'
        case Shift(OutcomeChange.MEASURE, TrialOutcome() as was, TrialOutcome() as now):
            frames = not _same_frame(was, now)
            return f"{shift.how}: {_shown(was, frame=frames)} → {_shown(now, frame=frames)}"
        case Shift(_, was, now):
            one = now or was
            return f"{shift.how}: {_shown(one, frame=True)}" if one else str(shift.how)


def objects(record: Record, *path: str) -> list[dict[str, Any]]:
    """The objects of a list in a record; an absent list has none."""
    return [one for one in part(record, *path) or () if isinstance(one, dict)]


def substance(text: str) -> str:
    """What a text says, for comparison: words, numbers and signs without case, markup, spacing, punctuation.

    Written together except between two numbers: "12weeks" is "12 weeks" and "follow-up" is "followup".
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
    """The outcomes of a list. One that is listed twice, description and all, is one outcome.

    Measure and time frame alone do not tell: trials list "Efficacy" several times and say in the descriptions of what.
    """
    found: dict[tuple[str, ...], TrialOutcome] = {}
    for one in objects(record, "protocolSection", "outcomesModule", name):
        measure, time_frame, description = (
            str(one.get(key) or "") for key in ("measure", "timeFrame", "description")
        )
        said = tuple(substance(text) for text in (measure, time_frame, description))
        found.setdefault(said, TrialOutcome(measure, time_frame))
    return list(found.values())


def _pair(
    left: list[TrialOutcome], right: list[TrialOutcome], same: Callable[[TrialOutcome, TrialOutcome], bool]
) -> list[tuple[TrialOutcome, TrialOutcome]]:
    """Take out of both lists what belongs together, in order."""
    pairs = []
    for one in list(left):
        partner = next((other for other in right if same(one, other)), None)
        if partner is not None:
            left.remove(one)
            right.remove(partner)
            pairs.append((one, partner))
    return pairs


def _alike(old: list[TrialOutcome], new: list[TrialOutcome]) -> list[tuple[TrialOutcome, TrialOutcome]]:
    """Take out of both lists the pairs of similar wording, the most similar first."""
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
    return SequenceMatcher(None, _tokens(one.measure), _tokens(other.measure), autojunk=False).ratio()


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
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "…"
