"""The demo's three nights. Every change on the third night is invented.

The first night is the sample: real registrations as they stood in October 2022. On the second night, the next weekday,
only the timestamp changes. On the third, three days later, one trial is made up (`demo_trial.csv`), and real
registrations get a status, a posting date or a results section that they never had on that day. None of it may be
quoted.

The papers are facts of real papers, and one paper that is made up. The first night knows those of the review's Table 2
but one, and papers that came after the review (`demo_papers.csv`: titles, first authors, years, numbers; no abstracts).
The third night adds two. One is invented and names a real registration. The other is row 21 of Table 2, for which the
review names no registration: it is real, that it appears on this night is not.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from mscwatch.record import Record
from mscwatch.replica.sample import sample_records
from mscwatch.replica.snapshot import Snapshot

INVENTED_TRIAL = "NCT99999901"  # of demo_trial.csv
COMPLETED_TRIAL = "NCT03254758"  # was RECRUITING
RESULTS_TRIAL = "NCT01591200"  # was COMPLETED, without results
UNKNOWN_TRIAL = "NCT04822922"  # was NOT_YET_RECRUITING
ESCAPED_TRIAL = "NCT05491135"  # these two change in ways that are no events
REORDERED_TRIAL = "NCT02223897"

FIRST, SECOND, THIRD = "2022-10-10T09:00:05", "2022-10-11T09:00:05", "2022-10-14T09:00:05"
REPORTED_TRIAL = "NCT01877759"  # real; the invented paper names it
QUEUED_TRIAL, QUEUED_PAPER = "NCT02223897", "27964826"

_POSTED = {"date": "2022-10-13", "type": "ACTUAL"}
_LAST_DAY = date(2022, 10, 14)
_INVENTED_PAPER = {
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


def demo_nights(today: date = _LAST_DAY) -> list[Snapshot]:
    """A baseline, a quiet night, and a night with invented changes. Every call returns new copies.

    `today` is the day of the third night by the clock of the runs, where this is not that of the registry's data.
    """
    papers, papers_of_third = _papers(today)
    return [
        Snapshot(FIRST, sample_records(), papers=papers),
        Snapshot(SECOND, sample_records(), papers=papers),
        Snapshot(THIRD, _with_invented_changes(sample_records()), papers=papers_of_third),
    ]


def _with_invented_changes(records: Mapping[str, Record]) -> dict[str, Record]:
    _complete(records[COMPLETED_TRIAL])
    _post_results(records[RESULTS_TRIAL])
    _become_unknown(records[UNKNOWN_TRIAL])
    _make_noise(records)
    return {**records, **sample_records("demo_trial.csv")}


def _complete(record: Record) -> None:
    status = record["protocolSection"]["statusModule"]
    status["overallStatus"] = "COMPLETED"
    status["lastUpdatePostDateStruct"] = dict(_POSTED)


def _post_results(record: Record) -> None:
    status = record["protocolSection"]["statusModule"]
    status["resultsFirstPostDateStruct"] = dict(_POSTED)
    status["lastUpdatePostDateStruct"] = dict(_POSTED)
    record["hasResults"] = True
    record["resultsSection"] = {
        "moreInfoModule": {"limitationsAndCaveats": {"description": "Invented for the demo; no results."}}
    }


def _become_unknown(record: Record) -> None:
    """The registry sets UNKNOWN by itself, without moving a date."""
    status = record["protocolSection"]["statusModule"]
    status["lastKnownStatus"] = status["overallStatus"]
    status["overallStatus"] = "UNKNOWN"


def _make_noise(records: Mapping[str, Record]) -> None:
    """Escape the markup of a text, and reverse the order of a list."""
    for outcome in records[ESCAPED_TRIAL]["protocolSection"]["outcomesModule"]["primaryOutcomes"]:
        outcome["measure"] = outcome["measure"].replace(">", "\\>")
    records[REORDERED_TRIAL]["protocolSection"]["conditionsModule"]["keywords"].reverse()


def _papers(today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
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
    new = [paper | {"indexed_on": today.isoformat()} for paper in (_INVENTED_PAPER, *queued)]
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
