"""What happened to a trial: one small rule per kind, from what was known and what is seen.

A rule is pure, knows one kind (or one family of kinds), and looks only at what people wrote: none looks at
`derivedSection`, so re-indexing by the registry is never an event.
"""

from __future__ import annotations

from datetime import datetime

from mscwatch.changes.dates import date_events
from mscwatch.changes.enrollment import enrollment_event
from mscwatch.changes.results import primary_outcome_event, publication_events, results_event
from mscwatch.changes.status import status_event
from mscwatch.model import Event, FetchedTrial, StoredTrial

RULES = (status_event, results_event, enrollment_event, date_events, publication_events)


def changed(known: StoredTrial, seen: FetchedTrial, stamp: datetime) -> list[Event]:
    """The events between two versions of one record, the second read from the data of `stamp`."""
    found = [event for rule in RULES for event in rule(known, seen)]
    return [*found, *primary_outcome_event(known, seen, stamp.date())]
