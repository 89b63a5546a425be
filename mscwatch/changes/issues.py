"""Values in a record that the registry's published enums and formats do not explain: rows of `issues`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mscwatch.changes.dates import PLANNED, STATUS_MODULE, last_day
from mscwatch.changes.enrollment import ENROLLMENT_PATH, NOT_STATED, count
from mscwatch.changes.status import STATUS_PATH, STATUSES
from mscwatch.model import FetchedTrial, Issue, Record
from mscwatch.record import overall_status, part, registry_values

STUDY_TYPE_PATH = "protocolSection.designModule.studyType"
PHASES_PATH = "protocolSection.designModule.phases"

STUDY_TYPES = frozenset(registry_values().enums["StudyType"])
PHASES = frozenset(registry_values().enums["Phase"])
POSTED = ("studyFirstPostDateStruct", "resultsFirstPostDateStruct", "lastUpdatePostDateStruct")


def not_understood(fetched: FetchedTrial) -> Iterator[Issue]:
    """One issue for each value that is in no published enum, is not a date, or is not a number.

    An absent value is not stated, which is not an issue; only a status must be there.
    """
    for path, value, message in _strange(fetched.record):
        yield Issue(fetched.nct_id, path, str(value), message)


def _strange(record: Record) -> Iterator[tuple[str, Any, str]]:
    if (overall := overall_status(record)) not in STATUSES:
        yield STATUS_PATH, overall, "a status that the registry's published enums do not name"
    study_type = part(record, *STUDY_TYPE_PATH.split("."))
    if study_type is not None and study_type not in STUDY_TYPES:
        yield STUDY_TYPE_PATH, study_type, "a study type that the registry's published enums do not name"
    for phase in part(record, *PHASES_PATH.split(".")) or ():
        if phase not in PHASES:
            yield PHASES_PATH, phase, "a phase that the registry's published enums do not name"
    enrolled = count(record)
    if enrolled == NOT_STATED:
        yield ENROLLMENT_PATH, enrolled, "the registry's sign for an enrolment that is not stated"
    elif enrolled is not None and type(enrolled) is not int:
        yield ENROLLMENT_PATH, enrolled, "an enrolment that is no number"
    for struct in (*PLANNED, *POSTED):
        text = part(record, *STATUS_MODULE.split("."), struct, "date")
        if text is not None and last_day(text) is None:
            yield f"{STATUS_MODULE}.{struct}.date", text, "a date that is none"
