"""How surely a paper reports a trial, with the reasons: strength A to D (contract, "Papers"). Pure.

A number that names one trial links; a score orders a queue and never links. A paper that names another registration is
no candidate of this one. Several registrations in one paper are a pooled analysis until a person shows otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mscwatch.papers.agreement import Agreement, ReadPaper, compare
from mscwatch.papers.model import Paper, TrialSketch
from mscwatch.papers.numbers import RegistryNumber, numbers_of
from mscwatch.papers.ranking import RankedPaper
from mscwatch.vocabulary import COUNTED_KINDS, PaperKind, Registry, Strength

LEAST_AGREEMENTS = 3
LEAST_SHARE = 0.5  # of the paper, against all sibling trials


@dataclass(frozen=True, slots=True)
class Judgement:
    """That a paper may report a trial: how surely, on what, and what speaks against it, in words."""

    nct_id: str
    strength: Strength
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()
    score: float | None = None

    @property
    def basis(self) -> str:
        """One line for `publications.basis`."""
        against = f" (but {'; '.join(self.against)})" if self.against else ""
        return "; ".join(self.reasons) + against


class Topic:
    """The trials of a topic, found by any of their numbers."""

    def __init__(self, trials: Iterable[TrialSketch]) -> None:
        self.trials = {trial.nct_id: trial for trial in trials}
        self._by_number: dict[str, set[str]] = {}
        for trial in self.trials.values():
            for number in {trial.nct_id, *trial.numbers}:
                self._by_number.setdefault(number, set()).add(trial.nct_id)

    def of_number(self, number: str) -> frozenset[str]:
        """The trials that have this number: several, where registrations share one."""
        return frozenset(self._by_number.get(number, ()))


@dataclass(frozen=True, slots=True)
class Place:
    """Where numbers stand, and which these are."""

    words: str
    numbers: tuple[RegistryNumber, ...]
    strength: Strength


def judge_paper(
    paper: Paper, kind: PaperKind, topic: Topic, ranked: Mapping[str, RankedPaper]
) -> list[Judgement]:
    """The trials that the paper may report, surest first; empty for a paper that reports no trial's results.

    `ranked` is how each trial of the topic ranks this paper. A paper of unknown kind is never surer than C.
    """
    if kind not in COUNTED_KINDS | {PaperKind.UNKNOWN}:
        return []
    places = _places(paper)
    named = {number for place in places for number in place.numbers}
    if named:
        trials = {nct_id for number in named for nct_id in topic.of_number(number.number)}
        judgements = [_by_number(nct_id, places, topic) for nct_id in sorted(trials)]
        found = [judgement for judgement in judgements if judgement]
    else:
        found = _by_agreement(ReadPaper(paper), topic, ranked)
    if kind is PaperKind.UNKNOWN:
        found = [_for_a_person(judgement) for judgement in found]
    return sorted(found, key=lambda item: (item.strength, -(item.score or 0.0), item.nct_id))


def _places(paper: Paper) -> list[Place]:
    """Where numbers stand, the surest place first. The full text counts only where the abstract names none."""
    abstract = tuple(numbers_of([paper.title, paper.abstract, *paper.declared_numbers]))
    declared = set(numbers_of(paper.declared_numbers))
    if abstract:
        where = "PubMed's DataBank" if set(abstract) <= declared else "its abstract"
        return [Place(where, abstract, Strength.A)]
    methods = tuple(numbers_of([paper.methods]))
    return [Place("its methods", methods, Strength.B)] if methods else []


def _by_number(nct_id: str, places: list[Place], topic: Topic) -> Judgement | None:
    """By numbers: one registration is a link, several are a question."""
    own = topic.trials[nct_id].numbers | {nct_id}
    for place in places:
        mine = [number for number in place.numbers if number.number in own]
        if not mine:
            continue
        shared = {other for number in mine for other in topic.of_number(number.number)} - {nct_id}
        said = " and ".join(number.number for number in mine)
        reason = f"{said} stands in {place.words}"
        if shared:
            return Judgement(nct_id, Strength.C, (reason, f"the number is also that of {_list(shared)}"))
        # A number of a registry in which this trial has none is likely its own, which its record does not tell.
        registries = {number.registry for number in mine}
        others = (number for number in place.numbers if number.registry in registries)
        if rivals := {number.number for number in others} - own:
            against = f"so does {_list(rivals)}: perhaps a pooled analysis or a review"
            return Judgement(nct_id, Strength.C, (reason,), (against,))
        is_own = any(number.registry is Registry.CLINICALTRIALS for number in mine)
        second = () if is_own else (f"it is the trial's number in {mine[0].registry}",)
        return Judgement(nct_id, place.strength if is_own else Strength.B, (reason, *second))
    return None


def _by_agreement(paper: ReadPaper, topic: Topic, ranked: Mapping[str, RankedPaper]) -> list[Judgement]:
    """Without a number: by what agrees, C where no sibling agrees as well; else the score alone, D."""
    agreements = {nct_id: compare(paper, topic.trials[nct_id]) for nct_id in ranked}
    found = []
    for nct_id, agreement in agreements.items():
        candidate = ranked[nct_id]
        if _is_clear(nct_id, agreements, candidate):
            strength, nearest = Strength.C, _nearest(nct_id, agreements) or "nothing"
            reasons = (*agreement.agrees, f"the next trial agrees in {nearest} of these")
        elif candidate.is_likely:
            strength, score = Strength.D, f"{candidate.score:.1f}"
            reasons = (f"its title, dates and design suit best (score {score})", *agreement.agrees)
        else:
            continue
        found.append(Judgement(nct_id, strength, reasons, agreement.differs, round(candidate.score, 2)))
    return found


def _is_clear(nct_id: str, agreements: Mapping[str, Agreement], candidate: RankedPaper) -> bool:
    mine = agreements[nct_id]
    if len(mine.agrees) < LEAST_AGREEMENTS or mine.differs or candidate.share < LEAST_SHARE:
        return False
    return len(mine.agrees) > _nearest(nct_id, agreements)


def _nearest(nct_id: str, agreements: Mapping[str, Agreement]) -> int:
    """In how many matters the next sibling agrees."""
    return max((len(item.agrees) for other, item in agreements.items() if other != nct_id), default=0)


def _for_a_person(judgement: Judgement) -> Judgement:
    against = (*judgement.against, "what kind of paper it is is not known")
    return replace(judgement, strength=max(judgement.strength, Strength.C), against=against)


def _list(names: Iterable[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")  # noqa: PLR2004
