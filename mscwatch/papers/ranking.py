"""Which papers a trial may have led to, best first, by title, dates, size and design. Pure.

A score orders a queue; it never links. The weights are those of a logistic choice among a trial's candidates, fitted
on one half of IntoValue's registrations with the papers that people found for them
(`tests/benchmarks/papers.py` splits and measures).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from mscwatch.papers.features import (
    Design,
    Features,
    Title,
    TitleReader,
    date_features,
    design_features,
    title_features,
    years,
)
from mscwatch.papers.model import Paper, TrialSketch
from mscwatch.papers.similarity import Index

CANDIDATES = 80  # papers of a trial that are looked at closely
KEPT = 10
TOO_EARLY = 0.6  # what a paper that is older than its trial loses when candidates are chosen
WEIGHTS: dict[str, float] = {
    "words": 0.027,
    "pieces": 8.447,
    "of_trial": 4.390,
    "of_paper": 2.935,
    "rarest": 4.090,
    "second": 1.730,
    "third": 0.433,
    "before_start": -6.247,
    "soon_after_start": -1.751,
    "before_end": -0.231,
    "in_season": 0.541,
    "late": -0.251,
    "very_late": -1.507,
    "phase_agrees": 0.512,
    "phase_differs": -2.482,
    "phase_unregistered": -1.648,
    "randomised": 0.473,
    "not_randomised": -1.305,
    "allocation_unregistered": -1.794,
    "blinded": 0.523,
    "not_blinded": -3.412,
    "not_open": -2.457,
    "pilot_of_few": 0.721,
    "authors_by_size": 0.199,
    "authors_by_sites": 0.631,
    "authors_of_industry": 0.224,
}
SHARE = 0.8  # how much it counts that a sibling trial suits the paper better
LEAST_SHARE = 1e-6
CONFIDENCE: dict[str, float] = {
    "constant": -3.602,
    "score": 0.127,
    "margin": 0.390,
    "share": 0.758,
    "words": -1.995,
    "of_trial": 2.026,
    "of_paper": 0.592,
    "rarest": 1.652,
}
LIKELY = 1.5  # score from which first papers are right in more than nine of ten trials


@dataclass(frozen=True, slots=True)
class RankedPaper:
    """A paper as a trial's candidate number `rank`, from 1.

    `score` of a first candidate is the log odds that it is right; that of the others lies below by their distance.
    `share` is how much of the paper is the trial's own, between 0 and 1: the rest belongs to sibling trials.
    """

    paper: int  # its place among the papers that were ranked
    rank: int
    score: float
    share: float

    @property
    def is_likely(self) -> bool:
        """Whether it is worth a person's look on its score alone."""
        return self.rank == 1 and self.score >= LIKELY


def rank_papers(trials: Sequence[TrialSketch], papers: Sequence[Paper]) -> dict[str, list[RankedPaper]]:
    """The ten likeliest papers of each trial, best first, by NCT number.

    All trials of a topic are ranked together, since a paper that suits a sibling better is a worse candidate.
    """
    features = candidate_features(trials, papers)
    scores = [{paper: score(pair) for paper, pair in candidates.items()} for candidates in features]
    shares = paper_shares(scores)
    return {
        trial.nct_id: _best(own, own_scores, own_shares)
        for trial, own, own_scores, own_shares in zip(trials, features, scores, shares, strict=True)
    }


def score(features: Features) -> float:
    """The weighted sum of a pair's features."""
    return sum(WEIGHTS[name] * value for name, value in features.items())


def candidate_features(trials: Sequence[TrialSketch], papers: Sequence[Paper]) -> list[dict[int, Features]]:
    """For each trial, the features of its candidates, by the paper's place."""
    reader = TitleReader.of(
        [*(title for trial in trials for title in trial.titles), *(paper.title for paper in papers)]
    )
    titles = [reader.read(paper.title) for paper in papers]
    designs = [Design.of(paper) for paper in papers]
    by_words = Index([title.word_vector for title in titles])
    by_pieces = Index([title.piece_vector for title in titles])
    return [
        {
            paper: _pair(trial, own, titles[paper], designs[paper], reader.word_rarity.rarity)
            for own in [[reader.read(title) for title in trial.titles]]
            for paper in _candidates(trial, own, designs, by_words, by_pieces)
        }
        for trial in trials
    ]


def _candidates(
    trial: TrialSketch, titles: Sequence[Title], designs: Sequence[Design], by_words: Index, by_pieces: Index
) -> list[int]:
    """The papers whose titles are most like one of the trial's; an early paper must be more alike."""
    alike: dict[int, float] = {}
    for title in titles:
        near = by_pieces.alike(title.piece_vector)
        for paper, value in by_words.alike(title.word_vector).items():
            near[paper] = near.get(paper, 0.0) + value
        for paper, value in near.items():
            alike[paper] = max(value, alike.get(paper, 0.0))
    started = years(trial.started_on)
    if started is not None:
        for paper in alike:
            published = designs[paper].year
            if published is not None and published < started:
                alike[paper] -= TOO_EARLY
    return nlargest(CANDIDATES, alike, key=lambda paper: (alike[paper], -paper))


def _pair(
    trial: TrialSketch, titles: Sequence[Title], paper: Title, design: Design, rarity: Mapping[str, float]
) -> Features:
    """All features of a pair, by the trial's title that is most like the paper's."""
    by_title = [title_features(title, paper, rarity) for title in titles]
    nearest = max(by_title, key=lambda features: features["words"] + features["pieces"])
    return nearest | date_features(trial, design) | design_features(trial, design)


def paper_shares(scores: Sequence[Mapping[int, float]]) -> list[dict[int, float]]:
    """For each trial, how much of each of its papers is its own, between 0 and 1: the rest belongs to siblings."""
    totals: dict[int, float] = defaultdict(float)
    highest: dict[int, float] = {}
    for own in scores:
        for paper, value in own.items():
            highest[paper] = max(value, highest.get(paper, value))
    for own in scores:
        for paper, value in own.items():
            totals[paper] += math.exp(value - highest[paper])
    return [
        {paper: math.exp(value - highest[paper]) / totals[paper] for paper, value in own.items()}
        for own in scores
    ]


def final_score(value: float, share: float) -> float:
    """The score of a candidate, lowered by what belongs to siblings."""
    return value + SHARE * math.log(share + LEAST_SHARE)


def _best(
    features: Mapping[int, Features], scores: Mapping[int, float], shares: Mapping[int, float]
) -> list[RankedPaper]:
    final = {paper: final_score(value, shares[paper]) for paper, value in scores.items()}
    best = nlargest(KEPT, final, key=lambda paper: (final[paper], -paper))
    if not best:
        return []
    first = best[0]
    evidence = confidence_features(features[first], [final[paper] for paper in best], shares[first])
    confidence = CONFIDENCE["constant"] + sum(CONFIDENCE[name] * value for name, value in evidence.items())
    return [
        RankedPaper(paper, rank, confidence - (final[first] - final[paper]), shares[paper])
        for rank, paper in enumerate(best, start=1)
    ]


def confidence_features(features: Features, best: Sequence[float], share: float) -> Features:
    """What tells whether a first candidate is right: `best` are the final scores of the trial, highest first."""
    return {
        "score": best[0],
        "margin": min(best[0] - best[1], 8.0) if len(best) > 1 else 8.0,
        "share": math.log(share + LEAST_SHARE),
        **{name: features[name] for name in ("words", "of_trial", "of_paper", "rarest")},
    }
