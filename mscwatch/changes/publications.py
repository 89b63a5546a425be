"""Events about papers that a search or a person found, not the registry. Pure."""

from __future__ import annotations

from mscwatch.changes.event import event_id
from mscwatch.model import Event
from mscwatch.vocabulary import EventKind, Severity

FIELD = "paper"


def publication_found(
    nct_id: str,
    paper_id: str,
    title: str,
    kind: str,
    strength: str | None,
    basis: str,
    *,
    is_baseline: bool,
) -> Event:
    """A paper with results that the registry does not list, found with strength A or B or accepted by a person.

    Its identity is trial, kind and `paper_id`, the first identifier that was known.
    """
    how = f"strength {strength}: {basis}" if strength else f"accepted by a person: {basis}"
    paper = f"{paper_id.replace(':', ' ', 1)}, {kind}, which the registry does not list"
    summary = f"{paper}: {title or 'no title'} ({how})"
    return _event(nct_id, EventKind.PUBLICATION_FOUND, paper_id, summary, is_baseline=is_baseline)


def publication_retracted(nct_id: str, paper_id: str, title: str) -> Event:
    """A paper that counts as the trial's publication was retracted."""
    summary = f"{paper_id.replace(':', ' ', 1)} was retracted: {title or 'no title'}"
    return _event(nct_id, EventKind.PUBLICATION_RETRACTED, paper_id, summary)


def _event(nct_id: str, kind: EventKind, paper_id: str, summary: str, *, is_baseline: bool = False) -> Event:
    identity = event_id(nct_id, kind, f"{FIELD}:{paper_id}", "", "")
    return Event(identity, nct_id, kind, Severity.HIGH, FIELD, None, paper_id, summary, is_baseline)
