"""How well papers find their trials, on registrations whose papers people searched for by hand.

    python tests/benchmarks/papers.py --registrations CSV --papers CSV --links CSV [--with-numbers] [--predictions FILE]
        [--half a|b]

The files have the columns of IntoValue, plain or .gz. The matcher sees titles, authors, dates, sizes and designs; with
`--with-numbers` also where a trial's number stands (`number_in_…` of the links). It never sees whether a link is right.
`--half` scores one half of the registrations, told by a hash of their numbers: the weights were fitted on half a. All
are ranked together in any case. Registrations without a link are negatives; what is proposed for them counts as wrong.

Strength D is a first-ranked paper above the threshold of `mscwatch.papers.ranking`. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from mscwatch.papers.judgement import Topic, judge_paper
from mscwatch.papers.model import Paper, TrialSketch
from mscwatch.papers.ranking import RankedPaper, rank_papers
from mscwatch.vocabulary import PaperKind

MONTHS = {
    month: number
    for number, month in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
DAY = re.compile(r"(\d{4})(?:-(\d\d|[A-Z][a-z]{2})[a-z]*)?(?:-(\d\d))?")
BLINDED = {"None (Open Label)": False, "Double": True, "Triple": True, "Quadruple": True}


@dataclass(frozen=True)
class Link:
    """A paper that people found for a trial: how, and where the trial's number stands in it."""

    nct_id: str
    pmid: str
    way: str
    is_listed: bool
    in_databank: bool
    in_abstract: bool
    in_full_text: bool


@dataclass(frozen=True)
class Proposal:
    """A paper proposed for a trial, or (without a strength) merely ranked."""

    nct_id: str
    pmid: str
    rank: int | None
    strength: str | None
    score: float | None


def main() -> None:
    arguments = read_arguments()
    trials = [trial_of(row) for row in rows(arguments.registrations)]
    papers = [paper_of(row) for row in rows(arguments.papers)]
    links = [link_of(row) for row in rows(arguments.links)]
    if arguments.with_numbers:
        papers = with_numbers(papers, links)
    start = time.process_time()
    proposals = list(propose(trials, papers))
    seconds = time.process_time() - start
    scored = {trial.nct_id for trial in trials if arguments.half in (None, half(trial.nct_id))}
    links = [link for link in links if link.nct_id in scored]
    proposals = [proposal for proposal in proposals if proposal.nct_id in scored]
    if arguments.predictions:
        lines = (json.dumps(vars(proposal)) + "\n" for proposal in proposals)
        arguments.predictions.write_text("".join(lines), encoding="utf-8")
    print_ranks(proposals, links)
    summary = {"trials": len(scored)} | ranks(proposals, links) | print_proposed(proposals, links, scored)
    print(f"{len(trials)} trials and {len(papers)} papers in {seconds:.1f} s of processor time")
    print(json.dumps(summary))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("registrations", "papers", "links"):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="CSV")
    parser.add_argument("--with-numbers", action="store_true")
    parser.add_argument("--predictions", type=Path, metavar="FILE")
    parser.add_argument("--half", choices=["a", "b"])
    return parser.parse_args()


def half(nct_id: str) -> str:
    return "ab"[hashlib.sha256(nct_id.encode()).digest()[0] & 1]


def rows(path: Path) -> list[dict[str, str]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        return list(csv.DictReader(file))


def trial_of(row: dict[str, str]) -> TrialSketch:
    return TrialSketch(
        row["nct_id"],
        (row["title"],),
        enrollment=int(float(row["enrollment"])) if row["enrollment"] else None,
        started_on=day(row["start_date"]),
        ended_on=day(row["primary_completion_date"]) or day(row["completion_date"]),
        phases=frozenset(map(int, re.findall(r"\d", row["phase"]))),
        is_randomised={"Randomized": True, "Non-Randomized": False}.get(row["allocation"]),
        is_blinded=BLINDED.get(row["masking"]),
        sites=len(row["facility_cities"].split()),
        industry=row["main_sponsor"] == "INDUSTRY",
        numbers=frozenset({row["nct_id"]}),
    )


def paper_of(row: dict[str, str]) -> Paper:
    days = [found for found in (day(row["ppub"]), day(row["epub"])) if found]
    return Paper(
        row["title"],
        pmid=row["pmid"],
        doi=row["doi"],
        authors=tuple(name for name in row["authors"].split(", ") if name not in {"", "NA NA"}),
        journal=row["journal"],
        year=int(row["year"]) if row["year"] else None,
        published_on=min(days, default=None),
        publication_types=(row["pubtype"],),
    )


def link_of(row: dict[str, str]) -> Link:
    flags = ("in_registry_references", "number_in_databank", "number_in_abstract", "number_in_full_text")
    return Link(
        row["nct_id"], row["pmid"], row["identification_step"], *(row[flag] == "True" for flag in flags)
    )


def day(text: str) -> date | None:
    """A day of a registration or of PubMed; a month without a day is its middle, a year without a month July."""
    match = DAY.match(text)
    if match is None:
        return None
    month = MONTHS.get(match[2] or "", int(match[2]) if (match[2] or "").isdigit() else 7)
    return date(int(match[1]), month, int(match[3] or 15))


def with_numbers(papers: list[Paper], links: list[Link]) -> list[Paper]:
    """The papers with the trials' numbers where the links say that they stand."""
    places: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for link in links:
        for field in ("in_databank", "in_abstract", "in_full_text"):
            if getattr(link, field):
                places[link.pmid][field].append(link.nct_id)
    return [
        replace(
            paper,
            declared_numbers=tuple(places[paper.pmid]["in_databank"]),
            abstract=" ".join(places[paper.pmid]["in_abstract"]),
            methods=" ".join(places[paper.pmid]["in_full_text"]),
        )
        for paper in papers
    ]


def propose(trials: list[TrialSketch], papers: list[Paper]) -> Iterator[Proposal]:
    """Every paper that the matcher links, would show to a person, or ranks among the ten best of a trial."""
    ranking, topic = rank_papers(trials, papers), Topic(trials)
    ranked: dict[int, dict[str, RankedPaper]] = defaultdict(dict)
    for nct_id, best in ranking.items():
        for candidate in best:
            ranked[candidate.paper][nct_id] = candidate
    for number, paper in enumerate(papers):
        # all of IntoValue's papers report results; a reader of titles alone must not guess another kind
        judgements = judge_paper(paper, PaperKind.RESULTS, topic, ranked[number])
        strengths = {judgement.nct_id: judgement.strength for judgement in judgements}
        for nct_id in sorted(ranked[number].keys() | strengths):
            candidate = ranked[number].get(nct_id)
            yield Proposal(
                nct_id,
                paper.pmid,
                candidate.rank if candidate else None,
                strengths.get(nct_id),
                round(candidate.score, 4) if candidate else None,
            )


def ranks(proposals: list[Proposal], links: list[Link]) -> dict[str, float]:
    """The shares of linked papers that are ranked first, and among the first ten, of their trial."""
    place = {(item.nct_id, item.pmid): item.rank for item in proposals if item.rank}
    found = [place.get((link.nct_id, link.pmid)) for link in links]
    return {
        f"rank_{most}": round(sum(rank is not None and rank <= most for rank in found) / (len(found) or 1), 4)
        for most in (1, 5, 10)
    }


def print_ranks(proposals: list[Proposal], links: list[Link]) -> None:
    print(f"{'papers that people found':44}{'papers':>8}{'first':>8}{'in five':>9}{'in ten':>8}")
    groups = {"all": links, "that the registry does not list": [link for link in links if not link.is_listed]}
    groups |= {
        f"by: {way}": [link for link in links if link.way == way]
        for way in sorted({link.way for link in links})
    }
    for name, group in groups.items():
        shares = ranks(proposals, group)
        print(
            f"{name:44}{len(group):8}{shares['rank_1']:8.3f}{shares['rank_5']:9.3f}{shares['rank_10']:8.3f}"
        )


def print_proposed(
    proposals: list[Proposal], links: list[Link], scored: set[str]
) -> dict[str, dict[str, dict[str, int] | int]]:
    """Print precision and recall of each strength; return the counts for the last line."""
    right = {(link.nct_id, link.pmid): link for link in links}
    positives = {link.nct_id for link in links}
    unlisted = [link for link in links if not link.is_listed]
    print(
        f"\n{'strength':10}{'links':>7}{'right':>7}{'precision':>11}{'recall':>8}{'of unlisted':>13}{'on negatives':>14}"
    )
    proposed: dict[str, dict[str, int]] = {}
    on_negatives: dict[str, int] = {}
    for strength in "ABCD":
        chosen = [item for item in proposals if item.strength == strength]
        hits = [right[item.nct_id, item.pmid] for item in chosen if (item.nct_id, item.pmid) in right]
        proposed[strength] = {"links": len(chosen), "right": len(hits)}
        on_negatives[strength] = sum(item.nct_id not in positives for item in chosen)
        print(
            f"{strength:10}{len(chosen):7}{len(hits):7}{len(hits) / (len(chosen) or 1):11.3f}"
            f"{len(hits) / (len(links) or 1):8.3f}"
            f"{sum(not link.is_listed for link in hits) / (len(unlisted) or 1):13.3f}{on_negatives[strength]:14}"
        )
    print(f"({len(scored - positives)} of {len(scored)} trials have no paper)\n")
    print_ways(proposals, links)
    return {"proposed": proposed, "on_negatives": on_negatives}


def print_ways(proposals: list[Proposal], links: list[Link]) -> None:
    strength_of = {(item.nct_id, item.pmid): item.strength or "none" for item in proposals}
    print(f"{'how people found them':44}{''.join(f'{name:>7}' for name in ('A', 'B', 'C', 'D', 'none'))}")
    for way in sorted({link.way for link in links}):
        counts = Counter(
            strength_of.get((link.nct_id, link.pmid), "none") for link in links if link.way == way
        )
        print(f"{way:44}{''.join(f'{counts[name]:7}' for name in ('A', 'B', 'C', 'D', 'none'))}")
    print()


if __name__ == "__main__":
    main()
