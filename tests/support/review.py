"""Trials around the review's date, each in a situation of its own, and a warehouse of nights that hold them."""

from __future__ import annotations

from mscwatch.replica import Snapshot
from support.orders import run_nights
from support.records import by_id, edited, record

BEFORE, AFTER = "2020-09-01T09:00:05", "2022-10-06T09:00:05"


def dated(first="2015-01-01", update="2016-01-01", status="RECRUITING", **more):
    def edit(one):
        one["protocolSection"]["statusModule"] |= {
            "overallStatus": status,
            "studyFirstPostDateStruct": {"date": first, "type": "ACTUAL"},
            "lastUpdatePostDateStruct": {"date": update, "type": "ACTUAL"},
        } | more

    return edit


def given(text):
    def edit(one):
        one["protocolSection"]["armsInterventionsModule"]["interventions"][0]["description"] = text

    return edit


def linked(number, nct_id, edit):
    """A record under the number of a row of the table."""

    def rename(one):
        one["protocolSection"]["identificationModule"]["nctId"] = nct_id
        edit(one)

    return edited(record(number), rename)


def designed(text, study_type="INTERVENTIONAL", allocation="NON_RANDOMIZED", count=158):
    def edit(one):
        dated()(one)
        given(text)(one)
        one["protocolSection"]["armsInterventionsModule"]["interventions"][0]["name"] = "Adipose MSC"
        one["protocolSection"]["designModule"] = {
            "studyType": study_type,
            "designInfo": {"allocation": allocation},
            "enrollmentInfo": {"count": count, "type": "ACTUAL"},
        }

    return edit


def lapsed(verified, end):
    """A record of 2016 that the registry later set to UNKNOWN."""
    more = {"lastKnownStatus": "RECRUITING", "statusVerifiedDate": verified}
    return dated(status="UNKNOWN", completionDateStruct={"date": end}, **more)


def completed(update, end, status="COMPLETED"):
    return dated(update=update, status=status, completionDateStruct={"date": end, "type": "ACTUAL"})


def planned(one):
    designed("Bone marrow MSC, 1.0 to 10x10^5 cells/kg, by vein.", count=12)(one)
    one["protocolSection"]["designModule"]["enrollmentInfo"]["type"] = "ESTIMATED"


def with_results(one):
    dated(update="2021-06-01", resultsFirstPostDateStruct={"date": "2021-06-01"})(one)
    one["hasResults"] = True


ROW_3, ROW_16, ROW_17 = "NCT00956891", "NCT01690247", "NCT01322906"


OTHERWISE = "Autologous adipose MSC, 5x10^6 cells/kg, by the portal vein."


# Trials by the situation that they were in on the review's date.
SITUATIONS = {
    "not updated since": edited(record(1), dated()),
    "registered since": edited(record(2), dated(first="2020-10-07", update="2020-10-07")),
    "completed, updated since": edited(record(3), completed("2021-06-01", "2019-05-01")),
    "completed since": edited(record(4), completed("2021-06-01", "2021-05-01")),
    "unknown long ago": edited(record(5), lapsed("2016-01", "2017-01")),
    "verified shortly before": edited(record(6), lapsed("2018-12", "2019-01")),
    "planned to end after": edited(record(7), lapsed("2016-01", "2020-12")),
    "terminated since": edited(record(13), completed("2021-06-01", "2021-05-01", "TERMINATED")),
    "with results since": edited(record(8), with_results),
    "of two sources": edited(
        edited(record(9), dated()), given("Bone marrow MSC and umbilical cord MSC by vein.")
    ),
    "with history": edited(record(10), dated(update="2021-06-01", status="COMPLETED")),
    "row 3": linked(11, ROW_3, designed("Cells.", "OBSERVATIONAL", None)),
    "row 16": linked(12, ROW_16, designed(OTHERWISE)),
    "row 17": linked(14, ROW_17, planned),
}


def make_warehouse(folder, *contents):
    """Run a night per (data timestamp, records), each on the day of its data; where the warehouse is."""
    run_nights(folder, [Snapshot(day, by_id(records)) for day, records in contents])
    return folder
