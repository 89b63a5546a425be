"""What the trial is to show and has shown: primary outcomes, results, publications."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from mscwatch.changes.dates import last_day
from mscwatch.changes.diff import as_text
from mscwatch.changes.event import change
from mscwatch.changes.outcomes import in_words, objects, shifts
from mscwatch.model import Event, FetchedTrial, Record, StoredTrial
from mscwatch.record import overall_status, part
from mscwatch.vocabulary import EventKind

RESULTS_PATH = "hasResults"
OUTCOMES_PATH = "protocolSection.outcomesModule.primaryOutcomes"
REFERENCES_PATH = "protocolSection.referencesModule.references"
OWN_PAPERS = frozenset({"RESULT", "DERIVED"})  # BACKGROUND is literature that the trial rests on

NOT_STARTED = frozenset({"NOT_YET_RECRUITING", "WITHDRAWN"})
UNDER_WAY = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION"})
STARTED = UNDER_WAY | {"ACTIVE_NOT_RECRUITING", "SUSPENDED", "TERMINATED"}


def results_event(known: StoredTrial, seen: FetchedTrial) -> Iterator[Event]:
    """Results appear on the registry or disappear from it (`hasResults`); they do come down again.

    Ignored: edits inside a results section that was there before, and a pending one that is not shown.
    """
    before, after = (version.record.get(RESULTS_PATH) is True for version in (known, seen))
    if before == after:
        return
    kind, said = (EventKind.RESULTS_POSTED, "posted") if after else (EventKind.RESULTS_REMOVED, "removed")
    shown = seen.record if after else known.record
    posted = part(shown, "protocolSection", "statusModule", "resultsFirstPostDateStruct", "date")
    when = f" (first posted {posted})" if posted else ""
    yield change(known, seen, kind, RESULTS_PATH, as_text(before), as_text(after), f"Results {said}{when}")


def publication_events(known: StoredTrial, seen: FetchedTrial) -> Iterator[Event]:
    """A publication of this trial's results was linked: one event per PMID, which is part of the field.

    Sponsors link papers (RESULT) and so does PubMed by the NCT number in the paper (DERIVED), without moving any
    date. Ignored: BACKGROUND literature, references without a PMID, an edited citation, a link that goes, and
    one that only changes between RESULT and DERIVED.
    """
    linked = _own_papers(known.record)
    for pmid, reference in _own_papers(seen.record).items():
        if pmid not in linked:
            summary = f"Publication linked: PMID {pmid} ({reference['type'].lower()})"
            if citation := reference.get("citation"):
                summary += f", {citation}"
            field = f"{REFERENCES_PATH}[pmid={pmid}]"
            yield change(known, seen, EventKind.PUBLICATION_LINKED, field, None, as_text(reference), summary)


def primary_outcome_event(known: StoredTrial, seen: FetchedTrial, today: date) -> Iterator[Event]:
    """Primary outcomes were added, dropped, promoted, demoted, or changed in measure or time frame.

    One event whose summary lists all of it, graded by how far the trial was: a primary outcome that moves after
    primary completion is another matter than one that moves before the start. Outcomes that vanish with their
    module count. Ignored: order, case, spacing, markup, punctuation, descriptions, and all that stays secondary.
    """
    found = shifts(known.record, seen.record)
    if not found:
        return
    before, after = (
        part(version.record, "protocolSection", "outcomesModule", "primaryOutcomes")
        for version in (known, seen)
    )
    told = "; ".join(in_words(shift) for shift in found)
    yield change(
        known,
        seen,
        EventKind.PRIMARY_OUTCOME_CHANGED,
        OUTCOMES_PATH,
        None if before is None else as_text(before),
        None if after is None else as_text(after),
        f"Primary outcomes changed {milestone(seen.record, today)}: {told}",
    )


def milestone(record: Record, today: date) -> str:
    """How far a trial is: before start, after start, after primary completion, after results posted.

    An actual date decides; a status decides over an estimated date (a trial that recruits is not complete,
    whatever its plan says); else the date decides, partial ones by the last day that they can mean.
    """
    now = overall_status(record)
    if record.get(RESULTS_PATH) is True:
        return "after results posted"
    if now in NOT_STARTED:
        return "before start"
    completed, is_actual = _passed(record, "primaryCompletionDateStruct", today)
    if now == "COMPLETED" or (completed and (is_actual or now not in UNDER_WAY)):
        return "after primary completion"
    started, is_actual = _passed(record, "startDateStruct", today)
    if started or now in STARTED:
        return "after start"
    return "at an unstated moment" if started is None else "before start"


def _passed(record: Record, struct: str, today: date) -> tuple[bool | None, bool]:
    """Whether a date has passed (None: not stated), and whether the record calls it actual."""
    where = ("protocolSection", "statusModule", struct)
    day = last_day(part(record, *where, "date"))
    return (None if day is None else day <= today), part(record, *where, "type") == "ACTUAL"


def _own_papers(record: Record) -> dict[str, dict[str, Any]]:
    """References to the trial's own papers, by PMID."""
    references = objects(record, *REFERENCES_PATH.split("."))
    return {
        str(one["pmid"]).strip(): one
        for one in references
        if one.get("type") in OWN_PAPERS and one.get("pmid")
    }
