"""Small records for tests, in the API's shape."""

from __future__ import annotations

import copy

from mscwatch.model import FetchedTrial, StoredTrial
from mscwatch.record import content_hash, derived_hash
from mscwatch.record.plain import plain_record

FORMULA = '=HYPERLINK("http://example.org")'  # a title that a spreadsheet would run


def record(number=1, *, status="RECRUITING", **modules):
    """A record of an MSC trial in cirrhosis; keyword arguments replace whole modules of protocolSection."""
    found = {
        "protocolSection": {
            "identificationModule": {
                "nctId": f"NCT{number:08}",
                "briefTitle": "Mesenchymal stem cells in liver cirrhosis",
            },
            "statusModule": {
                "overallStatus": status,
                "startDateStruct": {"date": "2020-05", "type": "ACTUAL"},
                "studyFirstPostDateStruct": {"date": "2020-04-01", "type": "ACTUAL"},
                "lastUpdatePostDateStruct": {"date": "2021-04-01", "type": "ACTUAL"},
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "A hospital", "class": "OTHER"}},
            "conditionsModule": {"conditions": ["Liver Cirrhosis", "Hepatitis B"]},
            "armsInterventionsModule": {"interventions": [{"type": "BIOLOGICAL", "name": "UC-MSC"}]},
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2022-10-06"}},
        "hasResults": False,
    }
    found["protocolSection"] |= modules
    return found


def edited(before, edit):
    """A copy of a record, changed by `edit(copy)`."""
    after = copy.deepcopy(before)
    edit(after)
    return after


def nct_id(one):
    return one["protocolSection"]["identificationModule"]["nctId"]


def by_id(records):
    return {nct_id(one): one for one in records}


def seen(one):
    plain = plain_record(one)
    came = one if plain.differs else None
    return FetchedTrial(nct_id(one), content_hash(one), derived_hash(one), plain.record, came)


def known(one, *, version_no=1, in_watch=True, times_before=0):
    found = seen(one)
    return StoredTrial(
        found.nct_id,
        version_no,
        found.content_hash,
        found.derived_hash,
        in_watch,
        times_before,
        found.record,
        as_came=found.as_came,
    )


def set_status(status, **others):
    def edit(one):
        one["protocolSection"]["statusModule"] |= {"overallStatus": status} | others

    return edit


def put(path, value):
    """An edit that puts a value at a path."""

    def edit(one):
        *above, last = path.split(".")
        for key in above:
            one = one.setdefault(key, {})
        one[last] = value

    return edit


def off_topic(number=2, **modules):
    return record(
        number,
        identificationModule={"nctId": f"NCT{number:08}", "briefTitle": "Aspirin for headache"},
        conditionsModule={"conditions": ["Headache"]},
        armsInterventionsModule={"interventions": [{"type": "DRUG", "name": "Aspirin"}]},
        **modules,
    )


def set_title(title):
    def edit(one):
        one["protocolSection"]["identificationModule"]["briefTitle"] = title

    return edit
