"""Values in a record that the registry's published structure, lists and formats do not explain: rows of `issues`."""

from __future__ import annotations

from collections.abc import Iterator

from mscwatch.changes.enrollment import ENROLLMENT_PATH, NOT_STATED, count
from mscwatch.changes.status import STATUS_PATH
from mscwatch.model import FetchedTrial, Issue
from mscwatch.record import overall_status
from mscwatch.record.plain import plain_record


def not_understood(fetched: FetchedTrial) -> Iterator[Issue]:
    """One issue for each value that its field should not hold, and for each field that has no published name.

    An absent value is not stated, which is not an issue; only a status must be there.
    """
    notes = () if fetched.is_understood else plain_record(fetched.as_came or fetched.record).notes
    for note in notes:
        yield Issue(fetched.nct_id, note.path, note.value, note.reason)
    if not overall_status(fetched.record) and not any(note.path == STATUS_PATH for note in notes):
        yield Issue(fetched.nct_id, STATUS_PATH, "", "no status")
    if count(fetched.record) == NOT_STATED:
        reason = "the registry's sign for an enrolment that is not stated"
        yield Issue(fetched.nct_id, ENROLLMENT_PATH, str(NOT_STATED), reason)
