"""The papers of the demo's three nights: facts of real papers, and one paper that is made up.

The first night knows those of the review's Table 2 but one, and papers that came after the review (`demo_papers.csv`:
titles, first authors, years, numbers; no abstracts). The third night adds two. One is invented and names a real
registration. The other is row 21 of Table 2, for which the review names no registration: it is real, that it appears
on this night is not.
"""

from __future__ import annotations

import csv
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

REPORTED_TRIAL = "NCT01877759"  # real; the invented paper names it
QUEUED_TRIAL, QUEUED_PAPER = "NCT02223897", "27964826"

_INVENTED = {
    "pmid": "99999901",
    "title": "Invented for the demo: mesenchymal stem cells in liver cirrhosis, a phase 1/2 clinical trial",
    "authors": ["Nobody A", "Nobody B"],
    "journal": "Invented for the demo",
    "year": 2022,
    "published_on": "2022-10-12",
    "publication_types": ["Clinical Trial"],
    "abstract": "Invented for the demo. Twenty patients with liver cirrhosis received allogeneic umbilical "
    "cord-derived mesenchymal stem cells through a peripheral vein, 1 x 10^6 cells/kg, four times at intervals of one "
    f"week. Albumin rose and the MELD score fell over 24 weeks. ClinicalTrials.gov: {REPORTED_TRIAL}.",
}


def papers_of_the_nights(today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The papers of the first two nights, and those of the third, for the stand-in of the paper sources.

    `today` is the day on which the last two enter the index, by the clock of the nights: a search asks for what is
    new by that clock.
    """
    real = [
        *_facts(files("mscwatch.warehouse") / "seeds" / "published_trials.csv"),
        *_facts(files("mscwatch.replica") / "demo_papers.csv"),
    ]
    before = [paper for paper in real if paper.get("pmid") != QUEUED_PAPER]
    queued = [paper for paper in real if paper.get("pmid") == QUEUED_PAPER]
    new = [paper | {"indexed_on": today.isoformat()} for paper in (_INVENTED, *queued)]
    return before, [*before, *new]


def _facts(table: Traversable) -> list[dict[str, Any]]:
    return [_paper(row) for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines())]


def _paper(row: dict[str, str]) -> dict[str, Any]:
    numbers = {name: row[name] for name in ("pmid", "pmcid", "doi") if row.get(name)}
    return numbers | {
        "title": row["title"],
        "authors": [row["first_author"]],
        "journal": row["journal"],
        "year": int(row["year"]),
    }
