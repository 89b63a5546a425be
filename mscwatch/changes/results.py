"""Results, publications and primary outcomes: the rules for their events, and how far a trial is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from mscwatch.changes.diff import as_text
from mscwatch.changes.event import change, unread
from mscwatch.changes.outcomes import in_words, objects, outcome_changes
from mscwatch.model import Event, FetchedTrial, Record, StoredTrial
from mscwatch.papers.citation import parse
from mscwatch.papers.kind import judge
from mscwatch.record import overall_status, part
from mscwatch.record.values import last_day
from mscwatch.vocabulary import COUNTED_KINDS, EventKind, PaperKind, Severity

RESULTS_PATH = "hasResults"
OUTCOMES_PATH = "protocolSection.outcomesModule.primaryOutcomes"
REFERENCES_PATH = "protocolSection.referencesModule.references"
OWN_PAPERS = frozenset({"RESULT", "DERIVED"})  # BACKGROUND is literature on which the trial is based

NOT_STARTED = frozenset({"NOT_YET_RECRUITING", "WITHDRAWN"})
UNDER_WAY = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION"})
STARTED = UNDER_WAY | {"ACTIVE_NOT_RECRUITING", "SUSPENDED", "TERMINATED"}


def results_event(stored: StoredTrial, fetched: FetchedTrial) -> Iterator[Event]:
    """`results_posted` or `results_removed` where `hasResults` changed; the registry does take results down.

    What "has results" means is settled where the record is made plain (`record.plain`).
    """
    before, after = (trial.record.get(RESULTS_PATH) is True for trial in (stored, fetched))
    if before == after:
        return
    kind, verb = (EventKind.RESULTS_POSTED, "posted") if after else (EventKind.RESULTS_REMOVED, "removed")
    shown = fetched.record if after else stored.record
    posted = part(shown, "protocolSection", "statusModule", "resultsFirstPostDateStruct", "date")
    when = f" (first posted {posted})" if posted else ""
    yield change(
        stored, fetched, kind, RESULTS_PATH, as_text(before), as_text(after), f"Results {verb}{when}"
    )


def publication_events(stored: StoredTrial, fetched: FetchedTrial) -> Iterator[Event]:
    """One `publication_linked` per new PMID among the trial's own papers; the PMID is part of the field.

    Sponsors link papers (RESULT), and PubMed does so by the NCT number in a paper (DERIVED); no date moves. A link is
    no result yet: the summary says what kind of paper it is, and only results are of high severity.
    """
    linked = _own_papers(stored.record)
    for pmid, reference in _own_papers(fetched.record).items():
        if pmid not in linked:
            kind = paper_kind(reference)
            summary = f"Publication linked: PMID {pmid} ({reference['type'].lower()}; {kind.in_words})"
            if citation := reference.get("citation"):
                summary += f", {citation}"
            yield change(
                stored,
                fetched,
                EventKind.PUBLICATION_LINKED,
                f"{REFERENCES_PATH}[pmid={pmid}]",
                None,
                as_text(reference),
                summary,
                severity=Severity.HIGH if kind in COUNTED_KINDS else Severity.LOW,
            )


def paper_kind(reference: Mapping[str, Any]) -> PaperKind:
    """What kind of paper a reference of a record is, from its type and its citation."""
    citation = str(reference.get("citation") or "")
    types = [str(reference["type"])] if reference.get("type") else []
    return judge(parse(citation).title, reference_types=types, citation=citation).kind


def primary_outcome_event(stored: StoredTrial, fetched: FetchedTrial, today: date) -> Iterator[Event]:
    """One `primary_outcome_changed` whose summary lists every change, with how far the trial was on day `today`.

    The stage matters: a change after primary completion weighs more than one before the start. Outcomes that vanish
    with their module count.
    """
    if unread(stored, OUTCOMES_PATH) or unread(fetched, OUTCOMES_PATH):
        return  # an outcome that cannot be read is no outcome that was dropped; there is an issue
    changes = outcome_changes(stored.record, fetched.record)
    if not changes:
        return
    before, after = (
        part(trial.record, "protocolSection", "outcomesModule", "primaryOutcomes")
        for trial in (stored, fetched)
    )
    listed = "; ".join(map(in_words, changes))
    yield change(
        stored,
        fetched,
        EventKind.PRIMARY_OUTCOME_CHANGED,
        OUTCOMES_PATH,
        None if before is None else as_text(before),
        None if after is None else as_text(after),
        f"Primary outcomes changed {milestone(fetched.record, today)}: {listed}",
    )


def milestone(record: Record, today: date) -> str:
    """How far a trial is on day `today`, in words: before start, after start, after primary completion and so on.

    An actual date decides first. A status outweighs an estimated date: a trial that recruits is not complete. Else
    the estimated date decides. A partial date counts as the last day that it can mean.
    """
    status = overall_status(record)
    if record.get(RESULTS_PATH) is True:
        return "after results posted"
    if status in NOT_STARTED:
        return "before start"
    completed, is_actual = _passed(record, "primaryCompletionDateStruct", today)
    if status == "COMPLETED" or (completed and (is_actual or status not in UNDER_WAY)):
        return "after primary completion"
    started, is_actual = _passed(record, "startDateStruct", today)
    if started or status in STARTED:
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
        reference["pmid"]: reference
        for reference in references
        if reference.get("type") in OWN_PAPERS and reference.get("pmid")
    }
