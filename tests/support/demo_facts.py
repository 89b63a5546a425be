"""What plain Python finds in the records of the demo's first and last night, and in the review's table; no SQL."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from importlib import resources
from types import SimpleNamespace

from mscwatch.replica.demo import demo_nights
from mscwatch.screening import relevance

DAY = dt.timedelta(days=1)


def whole(text):
    """Read a date; a month or a year alone is its last day."""
    if not text:
        return None
    year, month = int(text[:4]), int(text[5:7] or 12)
    return (
        dt.date.fromisoformat(text)
        if len(text) == 10
        else dt.date(year + month // 12, month % 12 + 1, 1) - DAY
    )


def facts(record):
    protocol = record["protocolSection"]
    status, design = protocol["statusModule"], protocol.get("designModule", {})
    reading = relevance.read(record, "msc-liver")
    sponsor = protocol["sponsorCollaboratorsModule"]["leadSponsor"]
    sites = protocol.get("contactsLocationsModule", {}).get("locations", [])
    start, end = status.get("startDateStruct", {}), status.get("completionDateStruct", {})
    return SimpleNamespace(
        nct_id=protocol["identificationModule"]["nctId"],
        title=protocol["identificationModule"]["briefTitle"],
        status=status["overallStatus"],
        last_known=status.get("lastKnownStatus"),
        why_stopped=status.get("whyStopped"),
        start=whole(start.get("date")),
        start_type=start.get("type"),
        precision={10: "day", 7: "month", 4: "year"}.get(len(start.get("date", ""))),
        end=whole(end.get("date")),
        posted=whole(status["studyFirstPostDateStruct"]["date"]),
        updated=whole(status["lastUpdatePostDateStruct"]["date"]),
        results=whole(status.get("resultsFirstPostDateStruct", {}).get("date")),
        has_results=record["hasResults"],
        kind=design.get("studyType"),
        phase="/".join(design.get("phases", [])),
        allocation=design.get("designInfo", {}).get("allocation"),
        size=design.get("enrollmentInfo", {}).get("count"),
        size_type=design.get("enrollmentInfo", {}).get("type"),
        sponsor=sponsor["name"],
        sponsor_class=sponsor.get("class"),
        sites=sites,
        countries=sorted({site["country"] for site in sites}),
        conditions=protocol.get("conditionsModule", {}).get("conditions", []),
        interventions=[
            i["name"] for i in protocol.get("armsInterventionsModule", {}).get("interventions", [])
        ],
        outcomes=protocol.get("outcomesModule", {}).get("primaryOutcomes", []),
        references=protocol.get("referencesModule", {}).get("references", []),
        relevance=reading.relevance,
        reason=reading.reason,
        group=reading.indication_group,
    )


BEFORE, _, NOW = ([facts(record) for record in night.records.values()] for night in demo_nights())
NOW.sort(key=lambda trial: trial.nct_id)


CORE = [trial for trial in NOW if trial.relevance == "core"]


BY_ID = {trial.nct_id: trial for trial in NOW}


TABLE = list(
    csv.DictReader(
        (resources.files("mscwatch.warehouse") / "seeds" / "published_trials.csv")
        .read_text("utf-8")
        .splitlines()
    )
)


LINKED = [(row, BY_ID[row["nct_id"]]) for row in TABLE if row["nct_id"] in BY_ID]


def grouped(trials, key):
    found = defaultdict(list)
    for trial in trials:
        found[key(trial)].append(trial)
    return dict(sorted(found.items(), key=lambda item: repr(item[0])))


def by_country(trials):
    return grouped(((t, c) for t in trials for c in t.countries), lambda pair: pair[1])
