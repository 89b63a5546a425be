"""The registry's own history, served on top of the embedded registry as an intercept for `Replica`."""

from __future__ import annotations

import copy
import re

import orjson

from mscwatch.replica import Response
from support.history_html import as_html
from support.records import edited, put, record, set_status

_PATH = re.compile(r"/api/int/studies/(NCT\d{8})/history(?:/(\d+))?")
LABELS = ["Study Status"]
OUTCOMES = "protocolSection.outcomesModule"
MELD = {"primaryOutcomes": [{"measure": "MELD score", "timeFrame": "6 months"}]}
SURVIVAL = {"primaryOutcomes": [{"measure": "Survival", "timeFrame": "2 years"}]}
REGISTERED = put(
    "protocolSection.statusModule.studyFirstPostDateStruct", {"date": "2018-03-05", "type": "ACTUAL"}
)


def history_of(histories, instead=None):
    """Answers `/api/int/studies/{id}/history[/n]`, long texts as HTML. `histories`: by NCT number the records, oldest first.

    `instead` sees each of these requests first, as (nct_id, number or None), and may give another response.
    """

    def strike(request):
        found = _PATH.fullmatch(request.path)
        if found is None:
            return None
        nct_id, number = found[1], None if found[2] is None else int(found[2])
        if instead and (response := instead(nct_id, number)) is not None:
            return response
        if nct_id not in histories:
            return Response(404, {"Content-Type": "text/plain"}, f"NCT number {nct_id} not found".encode())
        told = histories[nct_id]
        if number is None:
            return as_json(listing(told))
        return as_json({"studyVersion": number, "study": as_html(told[number])})

    return strike


def listing(told):
    """The list of versions; as in 2023, an entry has neither `studyType` nor `lastUpdateSubmitQcDate`."""
    changes = [
        {
            "version": number,
            "date": one["protocolSection"]["statusModule"]["lastUpdateSubmitDate"],
            "status": one["protocolSection"]["statusModule"]["overallStatus"],
            "moduleLabels": LABELS if number else [],
        }
        for number, one in enumerate(told)
    ]
    return {"changes": changes, "lastUpdateVersions": {}, "originalData": {}, "outcomesUpdateCount": 0}


def as_json(value):
    return Response(200, {"Content-Type": "application/json"}, orjson.dumps(value))


def submitted(day, posted):
    """An edit: the version of this day, shown to the public from `posted` on."""

    def edit(one):
        one["protocolSection"]["statusModule"] |= {
            "lastUpdateSubmitDate": day,
            "lastUpdatePostDateStruct": {"date": posted, "type": "ACTUAL"},
        }

    return edit


def line(*edits, number=1):
    """Versions of one trial, each an edit (or several) of the one before, as the API shows a record today."""
    versions, one = [], record(number)
    for edit in edits:
        for change in edit if isinstance(edit, tuple) else (edit,):
            one = edited(one, change)
        versions.append(one)
    return versions


def as_told(versions):
    """The same as the history tells them: protocolSection alone."""
    return [{"protocolSection": copy.deepcopy(one["protocolSection"])} for one in versions]


def story(number=1):
    """Registered in 2018, begun in 2019, its outcome exchanged in 2021."""
    return line(
        (
            submitted("2018-03-01", "2018-03-05"),
            REGISTERED,
            set_status("NOT_YET_RECRUITING"),
            put(OUTCOMES, MELD),
        ),
        (submitted("2019-05-02", "2019-05-06"), set_status("RECRUITING")),
        (submitted("2021-03-30", "2021-04-01"), put(OUTCOMES, SURVIVAL)),
        number=number,
    )


STORY = story()
