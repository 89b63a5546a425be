"""The embedded registry over real HTTP: byte shapes, errors, paging, faults."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
import requests

from mscwatch.replica import Replica, Snapshot
from support import faults

SHARED = Path(__file__).resolve().parents[2] / "shared"


def study(number, title="A study", **more):
    identification = {"nctId": f"NCT{number:08}", "briefTitle": title, **more}
    return {
        "protocolSection": {
            "identificationModule": identification,
            "statusModule": {"overallStatus": "COMPLETED"},
        },
        "hasResults": False,
    }


def night(numbers, timestamp="2022-10-06T09:00:05", **aliases):
    return Snapshot(timestamp, {f"NCT{n:08}": study(n) for n in numbers}, aliases)


@pytest.fixture
def serve():
    running = []

    def start(*nights, **options):
        replica = Replica(nights, **options)
        running.append(replica)
        return replica.__enter__()

    yield start
    for replica in running:
        replica.__exit__(None, None, None)


def get(replica, path, **query):
    headers = query.pop("headers", None)
    return requests.get(replica.url + path, params=query, headers=headers, timeout=10, allow_redirects=False)


def ids(answer):
    return [s["protocolSection"]["identificationModule"]["nctId"] for s in answer.json()["studies"]]


def walk(replica, **query):
    pages, token = [], {}
    while True:
        answer = get(replica, "/studies", **query, **token)
        assert answer.status_code == 200, answer.text
        pages.append(answer)
        if "nextPageToken" not in answer.json():
            return pages
        token = {"pageToken": answer.json()["nextPageToken"]}


# Envelope


def test_version_tells_the_timestamp_or_leaves_it_out(serve):
    replica = serve(night([1]), night([1], None))
    assert get(replica, "/version").text == '{"apiVersion":"2.0.5","dataTimestamp":"2022-10-06T09:00:05"}'
    replica.advance()
    assert get(replica, "/version").text == '{"apiVersion":"2.0.5"}'


def test_page_has_one_study_a_line_between_count_and_token(serve):
    answer = get(serve(night(range(1, 4))), "/studies", countTotal="true", pageSize=2)
    head, one, two, tail = answer.text.split("\n")
    assert head == '{"totalCount":3,"studies":['
    assert (
        json.loads(one.removesuffix(",")).keys()
        == json.loads(two).keys()
        == {"protocolSection", "derivedSection", "hasResults"}
    )
    assert re.fullmatch(r'\],"nextPageToken":"[\w-]+"}', tail)
    assert answer.headers["Content-Type"] == "application/json"


def test_nothing_found_is_an_empty_list_and_no_token(serve):
    answer = get(serve(night([1])), "/studies", **{"query.cond": "nothing"}, countTotal="true")
    assert (answer.status_code, answer.json()) == (200, {"totalCount": 0, "studies": []})


def test_total_is_on_the_first_page_only_and_only_when_asked(serve):
    replica = serve(night(range(1, 6)))
    counts = [page.json().get("totalCount") for page in walk(replica, countTotal="true", pageSize=2)]
    assert counts == [5, None, None]
    assert "totalCount" not in get(replica, "/studies").json()


@pytest.mark.parametrize(("hits", "sizes"), [(0, [0]), (3, [2, 1]), (4, [2, 2, 0]), (5, [2, 2, 1])])
def test_full_page_has_a_token_even_when_nothing_is_left(serve, hits, sizes):
    pages = walk(serve(night(range(1, hits + 1))), pageSize=2)
    assert [len(page.json()["studies"]) for page in pages] == sizes
    assert len({nct_id for page in pages for nct_id in ids(page)}) == hits


@pytest.mark.parametrize(
    ("asked", "given"), [(None, 10), ("0", 10), ("25", 25), ("1000", 1000), ("1001", 1000)]
)
def test_page_size_is_ten_unless_told_and_cut_at_a_thousand(serve, asked, given):
    replica = serve(night(range(1, 1003)))
    assert len(ids(get(replica, "/studies", **({"pageSize": asked} if asked else {})))) == given


def test_order_is_arbitrary_fixed_within_a_data_set_and_new_in_the_next(serve):
    replica = serve(night(range(1, 51)), night(range(1, 51), "2022-10-07T09:00:05"))
    first, again = ids(get(replica, "/studies", pageSize=50)), ids(get(replica, "/studies", pageSize=50))
    replica.advance()
    other = ids(get(replica, "/studies", pageSize=50))
    assert first == again != other
    assert sorted(first) == sorted(other) != first


def test_version_holder_is_the_day_of_the_data_set_in_every_record(serve):
    replica = serve(night(range(1, 4)), night(range(1, 4), "2022-10-07T09:00:05"))
    for day in ("2022-10-06", "2022-10-07"):
        holders = [
            s["derivedSection"]["miscInfoModule"]["versionHolder"]
            for s in get(replica, "/studies").json()["studies"]
        ]
        assert holders == [day] * 3
        replica.advance()


# Tokens


def test_token_of_another_data_set_is_refused(serve):
    replica = serve(night(range(1, 5)), night(range(1, 5), "2022-10-07T09:00:05"))
    token = get(replica, "/studies", pageSize=2).json()["nextPageToken"]
    replica.advance()
    answer = get(replica, "/studies", pageSize=2, pageToken=token)
    assert (answer.status_code, answer.text) == (
        400,
        "The data have probably changed while you were paginating.",
    )


def test_token_used_with_another_search_gives_wrong_data_not_an_error(serve):
    replica = serve(night(range(1, 9)))
    token = get(replica, "/studies", pageSize=2).json()["nextPageToken"]
    answer = get(replica, "/studies", pageSize=2, pageToken=token, **{"filter.ids": "NCT1,NCT2,NCT3"})
    assert answer.status_code == 200
    assert len(ids(answer)) == 1


# One study, aliases


def test_study_is_a_bare_object_under_any_spelling_of_its_id(serve):
    replica = serve(night([1234]))
    for spelling in ("NCT00001234", "nct00001234", "Nct1234"):
        assert (
            get(replica, f"/studies/{spelling}").json()["protocolSection"]["identificationModule"]["nctId"]
            == "NCT00001234"
        )


def test_old_id_is_forwarded_and_the_query_string_dropped(serve):
    merged = Snapshot(
        None, {"NCT00000002": study(2, nctIdAliases=["NCT00000009"])}, {"NCT00000001": "NCT00000002"}
    )
    replica = serve(merged)
    for old in ("NCT00000001", "NCT00000009"):
        answer = get(replica, f"/studies/{old}", fields="NCTId")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/api/v2/studies/NCT00000002")
    assert requests.get(f"{replica.url}/studies/NCT00000009", timeout=10).json()["hasResults"] is False
    assert ids(get(replica, "/studies", **{"filter.ids": "NCT00000009,NCT00000077"})) == ["NCT00000002"]
    assert ids(get(replica, "/studies", **{"query.id": "nct1"})) == ["NCT00000002"]


# Errors


@pytest.mark.parametrize(
    ("path", "query", "code", "text"),
    [
        ("/studies", {"filter.phase": "PHASE1"}, 400, "`filter.phase` is unknown parameter"),
        ("/studies", {"filter.overallStatus": "COMPLETED,X"}, 400, "Invalid value in parameter `overallStatus`: `X`"),
        ("/studies", {"filter.ids": "nonsense"}, 400, "Item 1 in parameter `filter.ids` has incorrect format"),
        ("/studies", {"filter.ids": "NCT00000001,NCT"}, 400, "Item 2 in parameter `filter.ids` has incorrect format"),
        ("/studies", {"fields": "NCTId,ConditionList"}, 400, "Parameter 'fields' contains invalid field name: 'ConditionList'"),
        ("/studies", {"sort": "BriefTitle"}, 400, "Unsupported sort field type: text"),
        ("/studies", {"query.term": "(a"}, 400, "Error parsing query in Other terms: inner bool query clause cannot be null"),
        ("/studies", {"pageToken": "!"}, 400, "Parameter `pageToken` has incorrect format"),
        ("/studies", {"pageSize": "-1"}, 400, "Parameter `pageSize` has incorrect format"),
        ("/studies/NCTx", {}, 400, "Parameter `nctId` has incorrect format"),
        ("/studies/NCT00000000", {}, 400, "Parameter `nctId` has incorrect format"),
        ("/studies/nct99999999", {}, 404, "NCT number NCT99999999 not found"),
        ("/studies/NCT00000001", {"query.cond": "x"}, 400, "`query.cond` is unknown parameter"),
        ("/nowhere", {}, 404, "Not Found"),
    ],
)  # fmt: skip
def test_error_is_plain_text_in_the_registrys_words(serve, path, query, code, text):
    answer = get(serve(night([1])), path, **query)
    assert (answer.status_code, answer.text) == (code, text)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_only_get_is_allowed(serve, method):
    replica = serve(night([1]))
    with requests.Session() as session:
        assert (
            session.request(method, replica.url + "/studies", data=b"x" * 10, timeout=10).status_code == 405
        )
        assert session.get(replica.url + "/studies", timeout=10).status_code == 200


# Projection, headers, log


def test_fields_keep_nesting_and_positions_and_leave_out_the_rest(serve):
    interventions = [{"type": "DRUG", "name": "a", "otherNames": ["x"]}, {"type": "DRUG", "name": "b"}]
    record = study(1) | {"resultsSection": {"moreInfoModule": {"a": 1}, "other": 2}}
    record["protocolSection"]["armsInterventionsModule"] = {"interventions": interventions}
    replica = serve(Snapshot(None, {"NCT00000001": record}))

    def fields(names):
        return get(replica, "/studies/NCT00000001", fields=names).json()

    assert fields("InterventionOtherName") == {
        "protocolSection": {"armsInterventionsModule": {"interventions": [{"otherNames": ["x"]}, {}]}}
    }
    assert fields("NCTId|hasResults") == {
        "protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}, "hasResults": False
    }  # fmt: skip
    assert fields("resultsSection.moreInfoModule") == {"resultsSection": {"moreInfoModule": {"a": 1}}}
    assert fields("WhyStopped") == {"protocolSection": {"statusModule": {}}}
    assert fields("protocolSection,NCTId") == {"protocolSection": record["protocolSection"]}
    assert fields("NCTId,protocolSection") == {"protocolSection": record["protocolSection"]}


def test_etag_belongs_to_the_data_set_and_saves_a_second_reading(serve):
    replica = serve(night([1]), night([1], "2022-10-07T09:00:05"))
    etag = get(replica, "/version").headers["ETag"]
    assert get(replica, "/studies").headers["ETag"] == etag
    answer = get(replica, "/studies", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    replica.advance()
    assert get(replica, "/studies", headers={"If-None-Match": etag}).status_code == 200


def test_gzip_only_for_those_who_ask(serve):
    replica = serve(night([1]))
    assert get(replica, "/studies").headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in get(replica, "/studies", headers={"Accept-Encoding": "identity"}).headers


def test_requests_are_listed_in_order(serve):
    replica = serve(night([1]))
    get(replica, "/version")
    get(replica, "/studies", pageSize=3)
    assert replica.requests == [("GET", "/api/v2/version"), ("GET", "/api/v2/studies?pageSize=3")]


def test_last_night_stays_and_any_night_can_be_set(serve):
    replica = serve(night([1]), night([1, 2]))
    for expected in (1, 2, 2):
        assert len(ids(get(replica, "/studies"))) == expected
        replica.advance()
    replica.night = 0
    assert len(ids(get(replica, "/studies"))) == 1


def test_odd_records_are_served_as_they_are(serve):
    odd = [study(n) | {"derivedSection": derived} for n, derived in ((1, "text"), (2, {"miscInfoModule": 5}))]
    records = {f"NCT0000000{number}": record for number, record in enumerate(odd, start=1)}
    served = get(serve(Snapshot("2022-10-06T09:00:05", records)), "/studies").json()
    assert sorted(map(str, (it["derivedSection"] for it in served["studies"]))) == [
        "text",
        "{'miscInfoModule': 5}",
    ]


def test_enums_are_the_registrys(serve):
    answer = {entry["type"]: entry for entry in get(serve(night([1])), "/studies/enums").json()}
    assert "UNKNOWN" in [value["value"] for value in answer["Status"]["values"]]
    path = SHARED / "registry" / "enums.json"
    if not path.exists():
        pytest.skip("the recorded enumerations (../shared/registry) are not on this machine")
    recorded = {entry["type"]: entry for entry in json.loads(path.read_text())["studies_enums"]}
    for name, entry in answer.items():
        assert entry["values"] == [
            {key: value[key] for key in ("value", "legacyValue")} for value in recorded[name]["values"]
        ]
        assert set(entry["pieces"]) <= set(recorded[name]["pieces"])


# Faults


def test_faults_strike_when_they_should(serve):
    broken = faults.either(
        faults.on("/version", faults.first(2, faults.status(503, "<html>", html=True))),
        faults.on("pageToken", faults.nth(0, faults.token_expired())),
    )
    replica = serve(night(range(1, 21)), intercept=broken)
    assert [get(replica, "/version").status_code for _ in range(3)] == [503, 503, 200]
    token = get(replica, "/studies").json()["nextPageToken"]
    assert [get(replica, "/studies", pageToken=token).status_code for _ in range(2)] == [400, 200]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.connection_closed_mid_body(50), requests.exceptions.ChunkedEncodingError),
        (faults.connection_reset_mid_body(50), requests.exceptions.RequestException),
        (faults.truncated_json(), requests.exceptions.JSONDecodeError),
        (faults.html_with_200(), requests.exceptions.JSONDecodeError),
        (faults.gzip_cut(), requests.exceptions.RequestException),
    ],
)
def test_broken_bytes_break_a_client(serve, fault, error):
    replica = serve(night(range(1, 11)), intercept=faults.first(1, fault))
    with pytest.raises(error):
        get(replica, "/studies").json()
    assert len(ids(get(replica, "/studies"))) == 10


def test_reset_is_not_a_clean_end(serve):
    replica = serve(night(range(1, 11)), intercept=faults.connection_reset_mid_body(50))
    with pytest.raises(requests.exceptions.RequestException, match="reset by peer"):
        get(replica, "/studies")


def test_slow_and_late_bytes_arrive(serve):
    replica = serve(
        night([1]), intercept=faults.either(faults.first(1, faults.slow_drip(0.01)), faults.late(0.05))
    )
    assert len(ids(get(replica, "/studies"))) == len(ids(get(replica, "/studies"))) == 1


def test_pages_that_do_not_add_up(serve):
    twice = serve(night(range(1, 6)), intercept=faults.record_on_two_pages())
    assert sorted(Counter(nct for page in walk(twice, pageSize=2) for nct in ids(page)).values()) == [
        1,
        1,
        1,
        2,
        2,
    ]
    short = serve(night(range(1, 6)), intercept=faults.nth(1, faults.record_missing()))
    assert len([nct for page in walk(short, pageSize=2) for nct in ids(page)]) == 4


def test_registry_that_refreshes_in_mid_walk(serve):
    nights = night(range(1, 5)), night(range(1, 6), "2022-10-07T09:00:05")
    replica = serve(*nights)
    replica.intercept = faults.on("pageToken", faults.first(1, faults.refresh(lambda: replica)))
    with pytest.raises(AssertionError, match="The data have probably changed"):
        walk(replica, pageSize=2)
    assert len(walk(replica, pageSize=2)) == 3


def test_records_that_no_schema_knows(serve):
    strange = serve(
        night([1]),
        intercept=faults.either(faults.first(1, faults.unknown_keys()), faults.record_without_id()),
    )
    assert "unheardOfModule" in get(strange, "/studies").json()["studies"][0]["protocolSection"]
    assert (
        "nctId"
        not in get(strange, "/studies").json()["studies"][0]["protocolSection"]["identificationModule"]
    )
