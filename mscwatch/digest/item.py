"""One event and its trial as short texts, for the templates and the channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mscwatch.digest.text import disease, heading, plain, several, study_url, therapy
from mscwatch.model import Event, NewsItem, TrialFacts
from mscwatch.vocabulary import EventKind, Severity

EVENT_ID_SHOWN = 10  # characters; `mscwatch explain` accepts the beginning of an id
BRIEF = 100  # characters of a title or a summary in the short form


@dataclass(frozen=True, slots=True)
class RenderedItem:
    """One item as texts that passed `plain`. Each needs only the escaping of the place where it is shown.

    `summary` says what changed, from what to what; `why` says why it matters; `facts` are lines about the trial.
    `why`, `facts` and `event_id` (its beginning, which `mscwatch explain` takes) are empty in the short form.
    """

    heading: str
    nct_id: str
    url: str
    title: str
    summary: str
    why: str = ""
    facts: tuple[str, ...] = ()
    event_id: str = ""


def render_item(item: NewsItem, *, brief: bool = False) -> RenderedItem:
    """Put an event and its trial into words. `brief` gives the short form: title and summary only."""
    event, trial = item.event, item.trial
    if item.problem:  # nothing else of it is trusted
        return RenderedItem(
            heading=event_heading(event),
            nct_id=event.nct_id,
            url=study_url(event.nct_id),
            title="(cannot be shown)",
            summary=event.summary,
        )
    return RenderedItem(
        heading=event_heading(event),
        nct_id=plain(event.nct_id, 20),
        url=study_url(event.nct_id),
        title=plain(trial.title, BRIEF if brief else 250) or "(no title)",
        summary=plain(event.summary, BRIEF if brief else 400),
        why="" if brief else plain(" ".join(item.why), 500),
        facts=() if brief else tuple(_facts(item)),
        event_id="" if brief else plain(event.event_id[:EVENT_ID_SHOWN], 20),
    )


def event_heading(event: Event) -> str:
    """The heading under which a message shows an event. A linked paper without results is no publication."""
    if event.kind is EventKind.PUBLICATION_LINKED and event.severity is Severity.LOW:
        return "Paper linked, no results"
    return heading(event.kind)


def _facts(item: NewsItem) -> Iterator[str]:
    """Lines on disease and therapy, then one on sponsor, countries, enrolment and status."""
    trial = item.trial
    yield from _therapy(trial)
    status = trial.overall_status.replace("_", " ").lower()
    who = [
        plain(trial.lead_sponsor or "sponsor not stated", 100),
        several(trial.countries, 6, 40) or "country not stated",
        f"n = {trial.enrollment}" if trial.enrollment is not None else "n not stated",
        plain(f"status {status}", 40) if status else "",
    ]
    yield " · ".join(filter(None, who))


def _therapy(trial: TrialFacts) -> Iterator[str]:
    """Disease and therapy on the review's axes if the record could be read; otherwise in the record's own words."""
    group = disease(trial.product) if trial.product else ""
    given = therapy(trial.product) if trial.product else ()
    if group and given:
        yield " · ".join([group[0].upper() + group[1:], *given])
        return
    if conditions := group or several(trial.conditions, 5, 60):
        yield f"Conditions: {conditions}"
    if interventions := " · ".join(given) or several(trial.interventions, 4, 60):
        yield f"Interventions: {interventions}"
