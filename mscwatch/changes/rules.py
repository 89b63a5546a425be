"""The rules that turn two versions of a record into events, and what each kind of event means.

A rule is pure and knows one kind of event, or one family of kinds. It looks only at what people wrote: no rule reads
`derivedSection`, so re-indexing by the registry is never an event.
"""

from __future__ import annotations

from datetime import datetime

from mscwatch.changes.dates import date_events
from mscwatch.changes.enrollment import enrollment_event
from mscwatch.changes.results import primary_outcome_event, publication_events, results_event
from mscwatch.changes.status import status_event
from mscwatch.model import Event, FetchedTrial, StoredTrial
from mscwatch.vocabulary import EventKind

RULES = (status_event, results_event, enrollment_event, date_events, publication_events)

_STATUS_IGNORES = "Ignored: the status of single sites, and a new reason for an earlier stop."
_RESULTS_IGNORE = "Ignored: edits inside a results section, and results that are submitted but not shown yet."

# When each kind is raised and what it ignores (contract, sections 4 and 6), as `mscwatch explain` prints it.
MEANINGS = {
    EventKind.NEW_TRIAL: "The trial is in the watch for the first time, and it was first posted on the registry no "
    "earlier than 30 days before the previous trusted night. An earlier registration is entered_watch.",
    EventKind.ENTERED_WATCH: "The trial is in the watch for the first time, but it was registered earlier: its "
    "record or the registry's synonyms changed. On the first night of a watch, or after an edit of the watch file, "
    "every trial that enters has this kind, and only a summary is sent.",
    EventKind.COMPLETED: f"The overall status became COMPLETED. {_STATUS_IGNORES}",
    EventKind.TERMINATED: f"The overall status became TERMINATED; the summary gives the reason. {_STATUS_IGNORES}",
    EventKind.WITHDRAWN: f"The overall status became WITHDRAWN; the summary gives the reason. {_STATUS_IGNORES}",
    EventKind.SUSPENDED: f"The overall status became SUSPENDED; the summary gives the reason. {_STATUS_IGNORES}",
    EventKind.BECAME_UNKNOWN: "The overall status became UNKNOWN. UNKNOWN comes from the registry itself, when a "
    "record was not verified for two years; no date moves.",
    EventKind.STATUS_CHANGED: "The overall status changed to one that has no kind of its own, also to one that the "
    f"registry's published list does not name. {_STATUS_IGNORES}",
    EventKind.RESULTS_POSTED: f"Results appeared on the registry (hasResults became true). {_RESULTS_IGNORE}",
    EventKind.RESULTS_REMOVED: f"Results disappeared from the registry (hasResults became false). {_RESULTS_IGNORE}",
    EventKind.PRIMARY_OUTCOME_CHANGED: "Primary outcomes were added, dropped, promoted, demoted, or changed in measure "
    "or time frame; one event lists all of it, with how far the trial was. Ignored: order, case, spacing, markup, "
    "punctuation, descriptions, and outcomes that stay secondary.",
    EventKind.ENROLLMENT_CHANGED: "The planned or actual number of participants changed. Ignored: ESTIMATED becoming "
    "ACTUAL with the same number, and a change between two ways of not stating it.",
    EventKind.DATE_CHANGED: "The start, primary completion or completion date changed; each date is an event of its "
    "own. Ignored: a date that only became more or less precise (2024-05, 2024-05-17), ESTIMATED becoming ACTUAL with "
    "the same date, and every other date of the record.",
    EventKind.PUBLICATION_LINKED: "A paper of this trial was linked: a reference of type RESULT (by the sponsor) or "
    "DERIVED (by PubMed) with a PMID that was not there before. The summary says what kind of paper it is: of high "
    "severity are results and further analyses, of low severity protocols, reviews and the like. Ignored: "
    "BACKGROUND literature, references without a PMID, an edited citation, a link that goes, and a change between "
    "RESULT and DERIVED.",
    EventKind.PUBLICATION_FOUND: "A paper with results that the registry does not list was found for the trial: its "
    "number stands in the abstract, in PubMed's DataBank or in the methods (strength A or B), or a person accepted the "
    "link. What the first search finds is told in one summary. Ignored: candidates that wait for a person.",
    EventKind.PUBLICATION_RETRACTED: "A paper that counts as the trial's publication was retracted. Ignored: papers "
    "that were retracted before they were known.",
    EventKind.BECAME_RELEVANT: "A known trial's record changed so that it now is, or may be, about the topic (off or "
    "adjacent became core or unsure). Ignored: new reading rules, a person's decision, changes of status and its "
    "dates, order and markup, and every way out of the topic.",
    EventKind.LEFT_WATCH: "The trial is still on the registry, but no longer matched: the search does not show it.",
    EventKind.MERGED: "The registry forwards the trial's number to another registration, which the summary names.",
    EventKind.WITHHELD: "The registry redacts the record. What the redaction blanks is not an event of its own.",
    EventKind.REMOVED: 'The registry answered "not found" on two different data timestamps. The first time only marks '
    "the trial as pending.",
    EventKind.RETURNED: "A trial that had left the watch, or was withheld, matches again. What changed meanwhile are "
    "events of their own.",
    EventKind.RETRACTED: "The registry took its answer back: the record is exactly as it was in the version before, "
    "and was not updated since. The events of the version between no longer hold; they name this one. Ignored: "
    "the order of lists, markup, lastUpdate dates and statusVerifiedDate.",
}  # fmt: skip


def changed(stored: StoredTrial, fetched: FetchedTrial, stamp: datetime) -> list[Event]:
    """The events between two versions of one record; `stamp` is the data timestamp of the second."""
    events = [event for rule in RULES for event in rule(stored, fetched)]
    return [*events, *primary_outcome_event(stored, fetched, stamp.date())]
