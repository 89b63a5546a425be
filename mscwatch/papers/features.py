"""What speaks for a paper being a trial's, from titles, dates, size and design, each as a number. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mscwatch.papers.model import Paper, TrialSketch
from mscwatch.papers.similarity import Vector, Vocabulary, cosine
from mscwatch.papers.words import abbreviations, in_full, pieces, words
from mscwatch.vocabulary.patterns import pattern_of

DAYS_OF_A_YEAR = 365.25
USUAL_DURATION = 2.0  # years from a trial's start to its end, where the record gives no end
USUAL_DELAY = 3.5  # years from the end of a trial to its paper: most have appeared by then
USUAL_SIZE = 40  # participants, where the record gives none
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
PHASE = pattern_of(
    r"phase[ -]?(iv|i{1,3}|[1-4])\s?[ab]?(?:\s?[/-]\s?(iv|i{1,3}|[1-4])[ab]?)?\b", re.IGNORECASE
)
RANDOMISED = pattern_of(r"\brandomi[sz]", re.IGNORECASE)
BLINDED = pattern_of(r"\b(?:double|triple)[- ]blind|\bplacebo", re.IGNORECASE)
OPEN = pattern_of(r"\bopen[- ]label|\bsingle[- ]arm", re.IGNORECASE)
FOLLOW_UP = pattern_of(r"\b(?:long[- ]term|follow[- ]?up|\d+[- ](?:year|month)s?|extension)\b", re.IGNORECASE)
PILOT = pattern_of(r"\bpilot|\bfeasib|\bfirst[- ]in\b|\bpreliminary", re.IGNORECASE)

Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Title:
    """A title's words, how much they tell together, and its vectors over words and over pieces of words."""

    words: frozenset[str]
    weight: float
    word_vector: Vector
    piece_vector: Vector


@dataclass(frozen=True, slots=True)
class TitleReader:
    """Reads titles against the vocabulary of all titles of a topic."""

    word_rarity: Vocabulary
    piece_rarity: Vocabulary
    short_forms: Mapping[str, str]

    @classmethod
    def of(cls, titles: Sequence[str]) -> TitleReader:
        """Learn from all titles which words are common, and what abbreviations stand for."""
        short_forms = abbreviations(titles)
        return cls(
            Vocabulary.of(words(in_full(title, short_forms)) for title in titles),
            Vocabulary.of(pieces(title) for title in titles),
            short_forms,
        )

    def read(self, title: str) -> Title:
        """The title's words and vectors."""
        found = words(in_full(title, self.short_forms))
        rarity = self.word_rarity.rarity
        return Title(
            frozenset(found),
            sum(rarity.get(word, 1.0) for word in {*found}) or 1.0,
            self.word_rarity.vector(found),
            self.piece_rarity.vector(pieces(title)),
        )


@dataclass(frozen=True, slots=True)
class Design:
    """What a paper's title, types and authors say of its study. `year` has fractions."""

    year: float | None
    phases: frozenset[int]
    is_randomised: bool
    is_blinded: bool
    is_open: bool
    is_pilot: bool
    is_follow_up: bool
    authors: float  # logarithm of their number; 0 for about seven, and where none is given

    @classmethod
    def of(cls, paper: Paper) -> Design:
        text = f"{paper.title} {' '.join(paper.publication_types)}"
        return cls(
            year=years(paper.published_on) or (paper.year + 0.5 if paper.year else None),
            phases=frozenset(ROMAN[part.lower()] for match in PHASE.findall(text) for part in match if part),
            is_randomised=bool(RANDOMISED.search(paper.title)),
            is_blinded=bool(BLINDED.search(paper.title)),
            is_open=bool(OPEN.search(paper.title)),
            is_pilot=bool(PILOT.search(paper.title)),
            is_follow_up=bool(FOLLOW_UP.search(paper.title)),
            authors=math.log1p(len(paper.authors)) - 2 if paper.authors else 0.0,
        )


def years(day: date | None) -> float | None:
    """A day as a year with fractions."""
    return None if day is None else day.year + (day.timetuple().tm_yday - 1) / DAYS_OF_A_YEAR


def title_features(trial: Title, paper: Title, rarity: Mapping[str, float]) -> Features:
    """How two titles agree; each value is between 0 and 1."""
    shared = sorted((rarity.get(word, 1.0) for word in trial.words & paper.words), reverse=True)
    first, second, third, *_ = [*shared, 0.0, 0.0, 0.0]
    return {
        "words": cosine(trial.word_vector, paper.word_vector),
        "pieces": cosine(trial.piece_vector, paper.piece_vector),
        "of_trial": sum(shared) / trial.weight,
        "of_paper": sum(shared) / paper.weight,
        "rarest": first,
        "second": second,
        "third": third,
    }


def date_features(trial: TrialSketch, paper: Design) -> Features:
    """How the date of a paper suits the trial: none came out before its trial began, and a follow-up may be late."""
    published = paper.year
    started, ended = years(trial.started_on), years(trial.ended_on)
    if published is None or (started is None and ended is None):
        return dict.fromkeys(DATE_FEATURES, 0.0)
    since_start = published - started if started is not None else 3.0
    since_end = published - (ended if ended is not None else (started or 0.0) + USUAL_DURATION)
    values = (
        since_start < 0,
        0 <= since_start < 0.7,  # noqa: PLR2004  years
        since_end < -0.3,  # noqa: PLR2004
        0.5 <= since_end < USUAL_DELAY,  # noqa: PLR2004
        0.0 if paper.is_follow_up else max(0.0, min(since_end - USUAL_DELAY, 10.0)),
        since_end > 6 and not paper.is_follow_up,  # noqa: PLR2004
    )
    return {name: float(value) for name, value in zip(DATE_FEATURES, values, strict=True)}


DATE_FEATURES = ("before_start", "soon_after_start", "before_end", "in_season", "late", "very_late")


def design_features(trial: TrialSketch, paper: Design) -> Features:
    """How the design that a title names suits the registered one; 0 where one of them says nothing."""
    size = math.log1p(min(trial.enrollment if trial.enrollment is not None else USUAL_SIZE, 100_000))
    checks: dict[str, bool] = {
        "phase_agrees": bool(paper.phases & trial.phases),
        "phase_differs": bool(paper.phases and trial.phases) and not paper.phases & trial.phases,
        "phase_unregistered": bool(paper.phases) and not trial.phases,
        "randomised": paper.is_randomised and trial.is_randomised is True,
        "not_randomised": paper.is_randomised and trial.is_randomised is False,
        "allocation_unregistered": paper.is_randomised and trial.is_randomised is None,
        "blinded": paper.is_blinded and trial.is_blinded is True,
        "not_blinded": paper.is_blinded and trial.is_blinded is False,
        "not_open": paper.is_open and trial.is_blinded is True,
    }
    return {name: float(value) for name, value in checks.items()} | {
        "pilot_of_few": paper.is_pilot * (4 - size),
        "authors_by_size": paper.authors * (size - 4),
        "authors_by_sites": paper.authors * min(trial.sites, 8) / 4,
        "authors_of_industry": paper.authors * trial.industry,
    }
