"""Any text in any field of a record: the reading never fails, and says nothing it could not show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mscwatch.screening import relevance
from mscwatch.therapy import NOT_STATED, read_record
from mscwatch.therapy.schedule import MOST
from support.records import record

pieces = st.sampled_from(
    ["MSC", "UC-MSC", "cells", "liver", "cirrhosis", "infusion", "infusions", "once", "twice", "second", "first", "every",
     "for", "a", "year", "week", "day", "days", "0", "1,", "2", "12", "and", "at", "repeated", "again", "after", "of", "x10^6",
     "million", "/kg", "maximum of 1, 5x10", "total", "(", ")", ".", ";", "\n", "-", "/", "autologous", "donor", "placebo",
     "intravenous", "hepatic artery", "transplantation", "surgery", "single", "50", "umbilical cord", "\\^", "\u00d7", "\ud800"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=60), st.lists(pieces, max_size=16).map(" ".join))


@given(title=texts, given_=texts, how=texts, arm=texts, summary=texts, criteria=texts)
def test_any_record_is_read(title, given_, how, arm, summary, criteria):
    one = record(
        identificationModule={"nctId": "NCT00000001", "briefTitle": title},
        conditionsModule={"conditions": [title], "keywords": [arm]},
        armsInterventionsModule={
            "interventions": [{"name": given_, "description": how}],
            "armGroups": [{"label": arm, "type": "EXPERIMENTAL", "description": summary}],
        },
        descriptionModule={"briefSummary": summary, "detailedDescription": how},
        eligibilityModule={"eligibilityCriteria": criteria},
    )
    told = [title, given_, how, arm, summary, criteria]
    therapy = read_record(one)
    assert therapy.infusions_max is None or 1 <= therapy.infusions_max <= MOST
    for level in therapy.doses:
        assert level.unit in {"cells", "cells/kg", "particles", "other"}
        assert level.low <= level.high
    for field in ("cell_source", "donor", "route", "aetiology"):
        values = getattr(therapy, field)
        assert values == (NOT_STATED,) or NOT_STATED not in values
        assert values == (NOT_STATED,) or therapy.evidence[field]
    for evidence in therapy.evidence.values():
        assert all(any(seen.span in text for text in told) for seen in evidence)
    found = relevance.read(one, "msc-liver")
    assert found.relevance in {"core", "adjacent", "off", "unsure"}
    assert found.reason
