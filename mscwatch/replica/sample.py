"""The bundled sample: 67 real registrations as they stood in October 2022, entered as facts in `sample.csv`.

Its columns are listed below. ` | ` separates the items of a list, ` :: ` the parts of an item. An empty cell means that
the sample lacks the fact; the registry may have it.

- `topic`: ours; `msc_liver`, `msc_liver_borderline`, `msc_other` (another organ), `liver_other` (no such cells)
- titles, conditions, keywords (those of 80 characters or less), study type, phases, allocation, status, reason
  for stopping, enrolment, lead sponsor with class: as registered, in the vocabulary of API v2
- `start` and the other dates: as precise as registered, each with its type where there is one
- `interventions`: type :: name; `sites`: facility :: city :: country; `primary_outcomes`: measure :: time frame
  (left out as a whole where one is long); `references`: type :: PMID
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from mscwatch.record import Record

Row = Mapping[str, str]


def sample_rows(file: str = "sample.csv") -> list[dict[str, str]]:
    """The rows of a file with these columns, in the order of their ids."""
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def sample_records(file: str = "sample.csv") -> dict[str, Record]:
    """The registrations of such a file as records of API v2, by id. Every call returns a new copy."""
    return {row["nct_id"]: _record(row) for row in sample_rows(file)}


def _record(row: Row) -> Record:
    """A study with only those keys for which the row has a value."""
    protocol = {
        "identificationModule": _present(
            nctId=row["nct_id"],
            briefTitle=row["brief_title"],
            officialTitle=row["official_title"],
            acronym=row["acronym"],
        ),
        "statusModule": _status(row),
        "sponsorCollaboratorsModule": {
            "leadSponsor": _present(**{"name": row["sponsor"], "class": row["sponsor_class"]})
        },
        "conditionsModule": _present(conditions=_items(row["conditions"]), keywords=_items(row["keywords"])),
        "designModule": _design(row),
        "armsInterventionsModule": _present(interventions=_items(row["interventions"], "type", "name")),
        "outcomesModule": _present(primaryOutcomes=_items(row["primary_outcomes"], "measure", "timeFrame")),
        "contactsLocationsModule": _present(locations=_items(row["sites"], "facility", "city", "country")),
        "referencesModule": _present(references=_items(row["references"], "type", "pmid")),
    }
    has_results = row["has_results"] == "true"
    # That there is a results section is all we keep of it.
    results: Record = {"resultsSection": {"moreInfoModule": {}}} if has_results else {}
    return {
        "protocolSection": _present(**protocol),
        **results,
        "derivedSection": {"miscInfoModule": {}},
        "hasResults": has_results,
    }


def _status(row: Row) -> dict[str, Any]:
    return _present(
        overallStatus=row["status"],
        lastKnownStatus=row["last_known_status"],
        whyStopped=row["why_stopped"],
        startDateStruct=_date(row, "start"),
        primaryCompletionDateStruct=_date(row, "primary_completion"),
        completionDateStruct=_date(row, "completion"),
        studyFirstPostDateStruct=_date(row, "first_posted"),
        resultsFirstPostDateStruct=_date(row, "results_first_posted"),
        lastUpdatePostDateStruct=_date(row, "last_update_posted"),
    )


def _design(row: Row) -> dict[str, Any]:
    enrollment = _present(type=row["enrollment_type"])
    if row["enrollment"]:
        enrollment = {"count": int(row["enrollment"])} | enrollment
    return _present(
        studyType=row["study_type"],
        phases=_items(row["phases"]),
        designInfo=_present(allocation=row["allocation"]),
        enrollmentInfo=enrollment,
    )


def _date(row: Row, column: str) -> dict[str, Any]:
    return _present(date=row[column], type=row[f"{column}_type"])


def _items(cell: str, *parts: str) -> list[Any]:
    """The items of a cell: strings, or dictionaries where `parts` names the parts of an item."""
    values = cell.split(" | ") if cell else []
    if not parts:
        return values
    return [_present(**dict(zip(parts, value.split(" :: "), strict=True))) for value in values]


def _present(**facts: Any) -> dict[str, Any]:
    """The facts without empty ones: the registry omits a key that has no value."""
    return {key: value for key, value in facts.items() if value not in ("", [], {})}
