"""What the matching of papers and trials works with: a paper as its source gave it, its kind, a trial as recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mscwatch.vocabulary import PaperKind, PaperSource


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. Texts are as the source gave them, without markup; a missing one is empty.

    `authors` are written "Surname AB". `declared_numbers` are the trial numbers in PubMed's DataBank. `corrects` are
    the PMIDs of papers of which this one is an erratum or a retraction. `preprint_of` is the PMID of the article that a
    preprint became; `also` are the identifiers of the preprint of an article, as in `paper_id`.
    """

    title: str
    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    preprint_id: str = ""  # "PPR…" of Europe PMC
    authors: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    journal: str = ""
    year: int | None = None
    published_on: date | None = None  # the earliest day that is known
    publication_types: tuple[str, ...] = ()
    abstract: str = ""
    methods: str = ""  # of the full text, where a person or a source gave it
    declared_numbers: tuple[str, ...] = ()
    is_retracted: bool = False
    corrects: tuple[str, ...] = ()
    preprint_of: str = ""
    also: tuple[str, ...] = ()
    source: PaperSource = PaperSource.PERSON
    told_by_pubmed: bool = False  # which alone tells declared numbers

    @property
    def paper_id(self) -> str:
        """The identifier that wins: PMID, then DOI, then the preprint's number (contract, "Papers"); may be empty."""
        return next(iter(self.identifiers), "")

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Every identifier of the paper, written as `paper_id`, the winning one first."""
        own = (
            f"PMID:{self.pmid}" if self.pmid else "",
            f"DOI:{self.doi.lower()}" if self.doi else "",
            f"PPR:{self.preprint_id}" if self.preprint_id else "",
        )
        return (*filter(None, own), *self.also)

    @property
    def is_preprint(self) -> bool:
        return bool(self.preprint_id) or self.doi.startswith(("10.1101/", "10.64898/"))


@dataclass(frozen=True, slots=True)
class TrialSketch:
    """What a trial's record says that a paper may repeat. Unknown values are None or empty."""

    nct_id: str
    titles: tuple[str, ...]
    enrollment: int | None = None
    started_on: date | None = None
    ended_on: date | None = None  # primary completion, else completion
    phases: frozenset[int] = frozenset()
    is_randomised: bool | None = None
    is_blinded: bool | None = None
    sites: int = 0
    industry: bool = False
    conditions: tuple[str, ...] = ()
    investigators: tuple[str, ...] = ()  # compared in memory only
    places: tuple[str, ...] = ()  # cities
    organisations: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()  # of the trial in any registry, its own included
    cells: frozenset[str] = frozenset()  # tissues and ways of giving, as `agreement.cells_named` names them


@dataclass(frozen=True, slots=True)
class JudgedKind:
    """The kind of a paper and the reason in words."""

    kind: PaperKind
    reason: str
