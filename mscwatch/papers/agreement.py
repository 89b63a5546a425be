"""In what a paper and a trial agree besides a number: people, size, cells, disease, dates and place. Pure.

Names of investigators are compared here and forgotten: only their count leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from mscwatch.papers.features import years
from mscwatch.papers.model import Paper, TrialSketch
from mscwatch.papers.words import plain_letters, words
from mscwatch.vocabulary.patterns import pattern_of

LEAST_SIZE = 10  # participants: smaller numbers agree by chance
MOST_DELAY = 4.0  # years from the end of a trial to a paper that suits it
TOO_LATE = 8.0
PEOPLE = (
    r"(?:patients?|participants?|subjects?|children|adults?|women|men|volunteers?|recipients?|cases?|individuals?"
    r"|persons?|people|infants?|neonates?|eyes?|knees?)"
)
SIZE = pattern_of(
    rf"\bn\s?=\s?(\d{{1,5}})\b|\b(\d{{1,5}})\s+(?:[A-Za-z-]+\s+){{0,3}}{PEOPLE}\b"
    r"|\b(?:total of|enrolled|randomi[sz]ed|recruited|included)\s+(\d{1,5})\b",
    re.IGNORECASE,
)
# Tissues and ways of giving cells, as titles and abstracts name them.
CELLS = {
    "umbilical cord": r"umbilical[- ]cord(?![- ]blood)|wharton|\buc-?msc",
    "cord blood": r"cord[- ]blood|\bucb-?msc",
    "bone marrow": r"bone[- ]marrow|\bbm-?msc",
    "adipose": r"adipose|\bfat[- ]derived|\bad-?msc|\badsc|stromal vascular",
    "menstrual blood": r"menstrual|endometri",
    "placenta": r"placent|amnio|chorion",
    "dental pulp": r"dental pulp|deciduous t",
}
ROUTES = {
    "peripheral vein": r"intravenous|peripheral vein|\biv (?:infusion|injection)",
    "hepatic artery": r"hepatic arter|arterial infusion|intra-?arterial",
    "portal vein": r"portal vein|intraportal|portal venous",
    "intrahepatic": r"intra-?hepatic(?! chol)|into the liver",
    "intrasplenic": r"intra-?splenic|splenic",
}
_CELLS = {name: pattern_of(pattern, re.IGNORECASE) for name, pattern in CELLS.items()}
_ROUTES = {name: pattern_of(pattern, re.IGNORECASE) for name, pattern in ROUTES.items()}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What speaks for a pair and what against it, in words a person can check; at most one line for each matter."""

    agrees: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadPaper:
    """What a paper says, read once for the comparison with many trials."""

    paper: Paper

    @cached_property
    def text(self) -> str:
        return f"{self.paper.title}. {self.paper.abstract}"

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(words(self.paper.title)) | frozenset(
            stem
            for start in range(0, len(self.paper.abstract), 2_000)
            for stem in words(self.paper.abstract[start : start + 2_000])
        )

    @cached_property
    def sizes(self) -> frozenset[int]:
        """Numbers of people in the abstract, and their sum where groups are counted."""
        numbers = [int(part) for match in SIZE.finditer(self.text) for part in match.groups() if part]
        return frozenset(numbers) | ({sum(numbers)} if 1 < len(numbers) <= 3 else set())  # noqa: PLR2004  arms

    @cached_property
    def cells(self) -> frozenset[str]:
        return named(_CELLS, self.text)

    @cached_property
    def routes(self) -> frozenset[str]:
        return named(_ROUTES, self.text)

    @cached_property
    def authors(self) -> frozenset[tuple[str, str]]:
        return frozenset(name for author in self.paper.authors if (name := _of_author(author)))

    @cached_property
    def published(self) -> float | None:
        return years(self.paper.published_on) or (self.paper.year + 0.5 if self.paper.year else None)

    @cached_property
    def where(self) -> str:
        return plain_letters(" ".join((*self.paper.affiliations, self.paper.abstract))[:20_000]).lower()


def named(patterns: dict[str, re.Pattern[str]], text: str) -> frozenset[str]:
    """The names whose pattern is in the text."""
    return frozenset(name for name, pattern in patterns.items() if pattern.search(text))


def cells_named(text: str) -> frozenset[str]:
    """The tissues and ways of giving cells that a text names."""
    return named(_CELLS, text) | named(_ROUTES, text)


def compare(paper: ReadPaper, trial: TrialSketch) -> Agreement:
    """What agrees and what differs. A matter on which one side is silent is in neither."""
    agrees: list[str] = []
    differs: list[str] = []
    for matter in MATTERS:
        if verdict := matter(paper, trial):
            (agrees if verdict[0] else differs).append(verdict[1])
    return Agreement(tuple(agrees), tuple(differs))


Verdict = tuple[bool, str] | None


def _people(paper: ReadPaper, trial: TrialSketch) -> Verdict:
    registered = {name for person in trial.investigators if (name := _of_official(person))}
    if not registered or not paper.authors:
        return None
    among = sum(any(name in paper.authors for name in _both_ways(person)) for person in registered)
    of = f"{among or 'none'} of {len(registered)} registered investigator{'s' * (len(registered) > 1)}"
    return bool(among), f"{of} among the authors"


def _size(paper: ReadPaper, trial: TrialSketch) -> Verdict:
    if not trial.enrollment or trial.enrollment < LEAST_SIZE or not paper.sizes:
        return None
    if trial.enrollment in paper.sizes:
        return True, f"{trial.enrollment} participants in both"
    largest = max(paper.sizes)
    return False, f"the paper speaks of {largest} people at most, the record of {trial.enrollment}"


def _cells(paper: ReadPaper, trial: TrialSketch) -> Verdict:
    """Tissue decides, where both name one; the way of giving only adds to it."""
    tissues = trial.cells & _CELLS.keys()
    if not tissues or not paper.cells:
        return None
    if not tissues & paper.cells:
        return False, f"cells from {_or(paper.cells)} in the paper, from {_or(tissues)} in the record"
    ways = trial.cells & _ROUTES.keys()
    if ways and paper.routes and not ways & paper.routes:
        return False, f"given by {_or(paper.routes)} in the paper, by {_or(ways)} in the record"
    shared = sorted((tissues & paper.cells) | (ways & paper.routes))
    return True, f"both say {', '.join(shared)}"


def _disease(paper: ReadPaper, trial: TrialSketch) -> Verdict:
    for condition in trial.conditions:
        stems = set(words(condition))
        if stems and stems <= paper.stems:
            return True, f"the disease, {condition[:80]}"
    return None


def _dates(paper: ReadPaper, trial: TrialSketch) -> Verdict:
    started, ended = years(trial.started_on), years(trial.ended_on)
    if paper.published is None or started is None:
        return None
    year = int(paper.published)
    if paper.published < started:
        return False, f"the paper is of {year}, before the trial began in {trial.started_on:%Y-%m}"
    if ended is None:
        return None
    if ended - 0.3 <= paper.published <= ended + MOST_DELAY:
        return True, f"published in {year}, after its end in {trial.ended_on:%Y-%m}"
    if paper.published > ended + TOO_LATE:
        return False, f"published in {year}, long after its end in {trial.ended_on:%Y-%m}"
    return None


def _place(paper: ReadPaper, trial: TrialSketch) -> Verdict:
    if not paper.paper.affiliations:
        return None
    for organisation in trial.organisations:
        name = plain_letters(organisation).lower()
        if len(name) > 8 and name in paper.where:  # noqa: PLR2004  shorter names are in other words
            return True, f"the same organisation, {organisation[:80]}"
    cities = [
        city
        for city in trial.places
        if re.search(rf"\b{re.escape(plain_letters(city).lower())}\b", paper.where)
    ]
    if cities:
        return True, f"the same city, {cities[0][:60]}"
    return (False, "no site of the trial among the authors' places") if trial.places else None


MATTERS: tuple[Callable[[ReadPaper, TrialSketch], Verdict], ...] = (
    _people,
    _size,
    _cells,
    _disease,
    _dates,
    _place,
)


def _of_author(author: str) -> tuple[str, str] | None:
    """Surname and first initial of "Surname AB"."""
    parts = plain_letters(author).lower().split()
    return (" ".join(parts[:-1]), parts[-1][0]) if len(parts) > 1 else None


def _of_official(person: str) -> tuple[str, ...] | None:
    """The names of a registered person without titles: "Fu-Sheng Wang, MD, PhD" is fusheng, wang."""
    plain = plain_letters(person.partition(",")[0]).lower()
    plain = re.sub(r"\b(?:prof(?:essor)?|dr|md|phd|m\.d|ph\.d|mr|mrs|ms|sir)\b\.?", " ", plain)
    parts = tuple(part.replace("-", "").strip(".") for part in plain.split() if part.strip("."))
    return parts if len(parts) > 1 else None


def _both_ways(parts: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    """Surname and initial, with the surname last or first: registered names come in both orders."""
    first, last = parts[0], parts[-1]
    return (last, first[0]), (" ".join(parts[1:]), first[0]), (first, last[0]), (first, parts[1][0])


def _or(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))
