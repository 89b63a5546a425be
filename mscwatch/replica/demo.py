"""The demo's three nights. Every change on the third night is invented.

The first night is the sample: real registrations as they stood in October 2022. On the second night, the next weekday,
only the timestamp changes. On the third, three days later, one trial is made up, and real registrations get a status,
a posting date or a results section that they never had on that day. None of it may be quoted. The papers are in
`demo_papers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mscwatch.record import Record
from mscwatch.replica.demo_papers import papers_of_the_nights
from mscwatch.replica.sample import sample_records
from mscwatch.replica.snapshot import Snapshot

INVENTED_TRIAL = "NCT99999901"
COMPLETED_TRIAL = "NCT03254758"  # was RECRUITING
RESULTS_TRIAL = "NCT01591200"  # was COMPLETED, without results
UNKNOWN_TRIAL = "NCT04822922"  # was NOT_YET_RECRUITING
ESCAPED_TRIAL = "NCT05491135"  # these two change in ways that are no events
REORDERED_TRIAL = "NCT02223897"

FIRST, SECOND, THIRD = "2022-10-10T09:00:05", "2022-10-11T09:00:05", "2022-10-14T09:00:05"
_POSTED = {"date": "2022-10-13", "type": "ACTUAL"}
_LAST_DAY = date(2022, 10, 14)


def demo_nights(today: date = _LAST_DAY) -> list[Snapshot]:
    """A baseline, a quiet night, and a night with invented changes. Every call returns new copies.

    `today` is the day of the third night by the clock of the runs, where this is not that of the registry's data.
    """
    papers, papers_of_third = papers_of_the_nights(today)
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
    return {**records, INVENTED_TRIAL: _invented_trial()}


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


def _invented_trial() -> Record:
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": INVENTED_TRIAL,
                "briefTitle": "Invented for the demo: Umbilical Cord Mesenchymal Stem Cells in Liver Cirrhosis",
            },
            "statusModule": {
                "overallStatus": "RECRUITING",
                "startDateStruct": {"date": "2022-10-12", "type": "ACTUAL"},
                "completionDateStruct": {"date": "2024-10", "type": "ESTIMATED"},
                "studyFirstPostDateStruct": dict(_POSTED),
                "lastUpdatePostDateStruct": dict(_POSTED),
            },
            "sponsorCollaboratorsModule": {
                "leadSponsor": {"name": "Nobody (invented for the demo)", "class": "OTHER"}
            },
            "conditionsModule": {"conditions": ["Liver Cirrhosis"]},
            "designModule": {
                "studyType": "INTERVENTIONAL",
                "phases": ["PHASE2"],
                "designInfo": {"allocation": "RANDOMIZED"},
                "enrollmentInfo": {"count": 60, "type": "ESTIMATED"},
            },
            "armsInterventionsModule": {
                "interventions": [{"type": "BIOLOGICAL", "name": "Umbilical cord mesenchymal stem cells"}]
            },
            "outcomesModule": {"primaryOutcomes": [{"measure": "MELD score", "timeFrame": "24 weeks"}]},
        },
        "derivedSection": {"miscInfoModule": {}},
        "hasResults": False,
    }
