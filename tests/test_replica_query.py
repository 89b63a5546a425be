"""The query language of the embedded registry: what is found, what is refused, in which words."""

from __future__ import annotations

import pytest

from mscwatch.replica.dataset import Dataset
from mscwatch.replica.parameters import BadParameterError
from mscwatch.replica.search import find_hits
from mscwatch.replica.snapshot import Snapshot


def trial(number, title="", condition=(), keyword=(), status="COMPLETED", start=None, phases=None, **design):
    protocol = {
        "identificationModule": {"nctId": f"NCT{number:08}", "briefTitle": title},
        "statusModule": {"overallStatus": status, **({"startDateStruct": {"date": start}} if start else {})},
        "conditionsModule": {"conditions": list(condition), "keywords": list(keyword)},
        "designModule": {**({"phases": phases} if phases is not None else {}), **design},
    }
    return {"protocolSection": protocol, "hasResults": False}


TRIALS = [
    trial(
        1, "Stem Cells for the Liver", ["Liver Cirrhosis"], start="2021-12-31", phases=["PHASE1", "PHASE2"]
    ),
    trial(
        2,
        "Cord Blood",
        ["Acute-On-Chronic Liver Failure"],
        start="2022-10",
        phases=["NA"],
        status="RECRUITING",
    ),
    trial(
        3,
        "A hepatic question",
        ["Hepatitis B"],
        ["liver", "stem cell"],
        start="2022-10-02",
        phases=["PHASE2"],
    ),
    trial(4, "Delivered by courier", ["Failure of the Liver"], enrollmentInfo={"count": 40}),
    trial(
        5, 'The "Wharton" study: not OR but AND', ["Knee"], enrollmentInfo={"count": 400}, status="UNKNOWN"
    ),
]
EDITION = Dataset(Snapshot("2022-10-06T09:00:05", {f"NCT{i:08}": t for i, t in enumerate(TRIALS, 1)}), 0)


def found(**parameters):
    query = {name.replace("_", ".", 1): value for name, value in parameters.items()}
    return {int(nct_id[3:]) for nct_id in find_hits(EDITION, query)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("liver", {1, 2, 3, 4}),
        ('"liver failure"', {2}),
        ("liver failure", {2, 4}),  # unquoted words need not be neighbours
        ("stem hepatitis", set()),  # but must stand in one field: one is a keyword, one a condition
        ("stem AND hepatitis", {3}),
        ('"stem liver"', set()),  # nor do neighbouring values make a phrase
        ('"liver stem"', set()),
        ("cells", {1, 3}),
        ("CELL", {1, 3}),
        ("cirrhosis OR knee", {1, 5}),
        ("liver AND cirrhosis OR knee", {1, 5}),
        ("knee OR liver AND cirrhosis", {1, 5}),
        ("liver AND (cirrhosis OR failure)", {1, 2, 4}),
        ("liver NOT cirrhosis", {2, 3, 4}),
        ("NOT liver", {5}),
        ("NOT cirrhosis AND liver", {2, 3, 4}),
        ('"liver" "chronic"', {2}),
        ("acute-on-chronic", {2}),
        ("liver or knee", set()),  # a lower-case operator is a word
        (r'"\"Wharton\""', {5}),
        (r"\OR", {5}),
        ("ALL", {1, 2, 3, 4, 5}),
        ('"!"', set()),
        ("AREA[BriefTitle]liver", {1}),
        ("AREA[BriefTitle] liver", {1}),
        ("AREA[TitleSearch]delivered", {4}),
        ("AREA[BriefTitle](courier OR cord)", {2, 4}),
        ("AREA[BriefTitle]courier OR cirrhosis", {1, 4}),
        ("NOT AREA[BriefTitle]liver AND AREA[Condition]liver", {2, 4}),
        ("AREA[Phase]PHASE2", {1, 3}),
        ("AREA[Phase](phase1 OR NA)", {1, 2}),
        ('AREA[OverallStatus]"Unknown status"', {5}),
        ("AREA[Phase]MISSING", {4, 5}),
        ("NOT AREA[StartDate]MISSING", {1, 2, 3}),
        ("AREA[StartDate]2022", {2, 3}),
        ("AREA[StartDate]RANGE[2022-10-01, MAX]", {2, 3}),  # 2022-10 counts as its first day
        ("AREA[StartDate]RANGE[2022-10-02,MAX]", {3}),
        ("AREA[StartDate]RANGE[MIN,2022]", {1}),
        ("AREA[StartDate]RANGE[10/02/2022,MAX]", {3}),
        ("AREA[StartDate]RANGE[MIN,MAX]", {1, 2, 3}),  # without a value, in no range
        ("AREA[EnrollmentCount]RANGE[50,MAX]", {5}),
        ("AREA[EnrollmentCount]RANGE[40,40]", {4}),
        ("NCT00000003", {3}),
        ("nct3, NCT00000001 NCT00000077", {1, 3}),
    ],
)
def test_condition_query_finds(query, expected):
    assert found(query_cond=query) == expected


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("(liver", "inner bool query clause cannot be null"),
        ("liver)", "inner bool query clause cannot be null"),
        ("NOT", "inner bool query clause cannot be null"),
        ("liver AND", "inner bool query clause cannot be null"),
        ("()", "inner bool query clause cannot be null"),
        ("liver ]", "mismatched input ']' expecting {<EOF>, '(', ',', 'NOT', 'AND', 'OR'}"),
        ("[liver", "mismatched input '[' expecting {<EOF>, '(', ',', 'NOT', 'AND', 'OR'}"),
        ("OR liver", "no viable alternative at input 'OR'"),
        ('"liver', "no viable alternative at input '\"liver'"),
        ("AREA[StartDate]RANGE[,2022]", "no viable alternative at input 'RANGE[,2022]'"),
        ("AREA[EnrollmentCount]RANGE[few,MAX]", "no viable alternative at input 'few'"),
        ("AREA[StartDate]RANGE[soon,MAX]", "no viable alternative at input 'soon'"),
        ("AREA[BriefTitle]RANGE[MIN,MAX]", "no viable alternative at input 'MIN'"),
        ("AREA[Nonsense]liver", "Unknown area name: `Nonsense`"),
        (" ".join("abcdefghijklmn"), "Too complicated query"),
        (" AND ".join("abcdefghijklmn"), "Too complicated query"),
        ("a-b-c-d-e-f-g-h AND i-j-k-l-m-n", "Too complicated query"),
    ],
)
def test_condition_query_is_refused(query, complaint):
    with pytest.raises(BadParameterError) as error:
        found(query_cond=query)
    assert str(error.value) == f"Error parsing query in Conditions or disease: {complaint}"


@pytest.mark.parametrize(
    "query",
    [
        " ".join("abcdefghijklm"),
        " OR ".join("abcdefghijklmnopqrst"),
        " ".join(f'"{c}"' for c in "abcdefghijklmnop"),
    ],
    ids=["thirteen words", "twenty alternatives", "sixteen quoted phrases"],
)
def test_not_too_complicated(query):
    found(query_cond=query)


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        ("query_cond", "Conditions or disease"),
        ("query_term", "Other terms"),
        ("query_intr", "Intervention / treatment"),
        ("filter_advanced", "advanced filter"),
    ],
)
def test_complaint_names_the_input(parameter, name):
    with pytest.raises(BadParameterError, match=f"^Error parsing query in {name}: Unknown area name: `X`$"):
        found(**{parameter: "AREA[X]liver"})


def test_value_that_is_not_in_the_enumeration_is_refused_with_the_allowed_ones():
    with pytest.raises(BadParameterError) as error:
        found(filter_advanced="AREA[Phase]PHASE9")
    assert str(error.value).endswith(
        "Allowed values for enum field `protocolSection.designModule.phases` are "
        "`NA`, `EARLY_PHASE1`, `PHASE1`, `PHASE2`, `PHASE3`, `PHASE4`"
    )


def test_parameters_narrow_each_other():
    assert found(query_cond="liver", query_titles="stem OR cord") == {1, 2}
    assert found(query_cond="liver", filter_overallStatus="RECRUITING|UNKNOWN") == {2}
    assert found(query_cond="liver", filter_advanced="AREA[Phase]PHASE2", query_term="hepatic") == {3}
    assert found(query_intr="liver") == {1, 3}  # titles and keywords, but not conditions


def test_query_of_nothing_but_nct_numbers_ignores_filters():
    assert found(query_cond="NCT00000001", filter_overallStatus="RECRUITING") == {1}
    assert found(query_cond='"NCT00000001"', filter_overallStatus="RECRUITING") == set()


def test_sorted_by_date_with_the_undated_last():
    def dates(sort):
        ids = find_hits(EDITION, {"sort": sort})
        return [(EDITION.values(nct_id, "StartDate") or [None])[0] for nct_id in ids]

    assert (
        dates("StartDate:desc") == dates("StartDate") == ["2022-10-02", "2022-10", "2021-12-31", None, None]
    )
    assert dates("StartDate:asc") == ["2021-12-31", "2022-10", "2022-10-02", None, None]


def test_text_is_not_sortable():
    with pytest.raises(BadParameterError, match=r"^Unsupported sort field type: text$"):
        find_hits(EDITION, {"sort": "BriefTitle"})
