"""News for tests of what is told."""

from __future__ import annotations

from datetime import date, datetime

from mscwatch.digest import compose
from mscwatch.model import Event, NewsItem, Product, PublishedTrial, TrialFacts
from mscwatch.vocabulary import EventKind, LinkConfidence, Severity

NIGHT = datetime(2022, 10, 7, 9)


def product(**axes):
    """Autologous bone marrow MSC for alcoholic cirrhosis, as in row 15 of the review's Table 2."""
    usual = {
        "indication_group": "cirrhosis",
        "aetiology": ("alcohol",),
        "cell_type": "msc",
        "cell_source": ("bone_marrow",),
        "donor": ("autologous",),
        "product_form": "cells",
        "modification": "none_stated",
        "route": ("hepatic_artery",),
        "dose_low": 5e7,
        "dose_high": 5e7,
        "dose_unit": "cells",
        "infusions_max": 2,
    }
    return Product(**(usual | axes))


def published(review_row=15, *, year=2016, nct_id="NCT01875081", link_confidence="high", **axes):
    return PublishedTrial(
        review_row, f"Author {review_row}", year, product(**axes), nct_id, LinkConfidence(link_confidence)
    )


def item(
    number=1,
    *,
    kind=EventKind.COMPLETED,
    title="Mesenchymal stem cells in cirrhosis",
    summary="recruiting → completed",
    before="RECRUITING",
    after="COMPLETED",
    retracted_by=None,
    why=(),
    **facts,
):
    nct_id = f"NCT{number:08}"
    event = Event(
        event_id=f"event-{number}-{kind}",
        nct_id=nct_id,
        kind=kind,
        severity=Severity.NORMAL if kind == EventKind.BECAME_UNKNOWN else Severity.HIGH,
        field="protocolSection.statusModule.overallStatus",
        before=before,
        after=after,
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
        "completion_date": date(2020, 5, 31),
    }
    trial = TrialFacts(nct_id=nct_id, title=title, **(usual | facts))
    return NewsItem(event, NIGHT, trial, NIGHT.date(), retracted_by, why)


def digest(*items, notices=(), **values):
    return compose(list(items), list(notices), **({"title": "MSC liver", "night": "2022-10-07"} | values))
