"""News for tests of what is told."""

from __future__ import annotations

from datetime import datetime

from mscwatch.digest import compose
from mscwatch.model import Event, Kind, NewsItem, Severity, TrialFacts


def item(
    number=1,
    *,
    kind=Kind.COMPLETED,
    title="Mesenchymal stem cells in cirrhosis",
    summary="recruiting → completed",
    **facts,
):
    nct_id = f"NCT{number:08}"
    event = Event(
        event_id=f"event-{number}-{kind}",
        nct_id=nct_id,
        kind=kind,
        severity=Severity.NORMAL if kind == Kind.BECAME_UNKNOWN else Severity.HIGH,
        field="protocolSection.statusModule.overallStatus",
        before="RECRUITING",
        after="COMPLETED",
        summary=summary,
    )
    usual = {
        "overall_status": "COMPLETED",
        "lead_sponsor": "A hospital",
        "countries": ("China",),
        "enrollment": 40,
        "conditions": ("Liver Cirrhosis",),
        "interventions": ("UC-MSC",),
        "relevance": "core",
    }
    return NewsItem(
        event, datetime(2022, 10, 7, 9), TrialFacts(nct_id=nct_id, title=title, **(usual | facts))
    )


def digest(*items, notices=(), **values):
    return compose(list(items), list(notices), **({"title": "MSC liver", "night": "2022-10-07"} | values))
