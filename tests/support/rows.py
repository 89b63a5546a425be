"""Papers of invented trials for nights that draft rows of the living table, and what their abstracts are read as."""

from __future__ import annotations

from mscwatch.replica import Snapshot
from mscwatch.review.draft import Cell
from support.orders import REVIEWED
from support.records import by_id, record
from support.snapshots import DAYS

ROWS_WATCH = REVIEWED + '[papers]\nquery = "liver AND cells"\nmin = 1\nsentinels = ["33370477"]\n'
ONE, TWO, THREE = "NCT00000001", "NCT00000002", "NCT00000003"


def paper(pmid, title, abstract, **more):
    return {
        "pmid": pmid,
        "title": title,
        "authors": ["Doe J", "Roe R"],
        "year": 2022,
        "published_on": "2022-10-01",
        "indexed_on": "2022-10-06",
        "publication_types": ["Clinical Trial"],
        "abstract": abstract,
    } | more


STATED = "Invented: 20 patients received cells by vein. Survival improved. NCT00000001."
KNOWN = paper("33370477", "Mesenchymal stem cells in liver cirrhosis: a randomized trial", STATED)
SECOND = paper(
    "40000001",
    "Mesenchymal stem cells in cirrhosis: three-year follow-up of a trial",
    "Invented: 20 patients received cells. NCT00000001.",
    published_on="2022-10-03",
)
OTHER = paper(
    "99999901",
    "Mesenchymal stem cells | for *liver* failure: a <b>trial</b>",
    "Invented: 7 patients received cells. NCT00000002.",
)
CELLS = {
    "33370477": {
        "n_treated": Cell(20, "20 patients received cells", 1),
        "n_control": Cell(19, "20 patients", 1),
        "design": Cell("randomised", "a randomized trial", 0),
        "cell_source": Cell(("bone_marrow",), "received cells", 1),
        "route": Cell(("peripheral_vein",), "by vein", 1),
        "dose_low": Cell(1e6, "cells by vein", 1),
        "dose_high": Cell(2e6, "cells by vein", 1),
        "dose_unit": Cell("cells/kg", "cells by vein", 1),
        "disease": Cell("liver cirrhosis", "liver cirrhosis", 0),
        "indication_group": Cell("cirrhosis", "liver cirrhosis", 0),
        "effect": Cell("improved", "Survival improved", 2),
        "indicators": Cell(("survival",), "Survival improved", 2),
    },
    "40000001": {"n_treated": Cell(20, "20 patients", 1)},
    "99999901": {"n_treated": Cell(7, "7 patients", 1)},
}


def draft(title, abstract, publication_types=()):
    """In place of the reader: the cells of the paper whose title begins so, and whose words are in what was read."""
    cells = next(
        (CELLS[one["pmid"]] for one in (KNOWN, SECOND, OTHER) if one["title"][:30] == title[:30]), {}
    )
    return {name: cell for name, cell in cells.items() if cell.evidence in f"{title} {abstract}"}


def night():
    """One night of three trials with these papers."""
    return [Snapshot(DAYS[0], by_id(list(map(record, (1, 2, 3)))), papers=[KNOWN, SECOND, OTHER])]
