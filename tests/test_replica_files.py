"""Snapshots that are read from files: plain and compressed lines, and what is wrong with a file."""

from __future__ import annotations

import gzip
import json

import pytest
import requests

from mscwatch.replica import Replica, snapshot_from_ndjson


def study(number, title="A study", **more):
    identification = {"nctId": f"NCT{number:08}", "briefTitle": title, **more}
    return {
        "protocolSection": {
            "identificationModule": identification,
            "statusModule": {"overallStatus": "COMPLETED"},
        },
        "hasResults": False,
    }


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


def test_nights_are_read_from_plain_and_compressed_lines(serve, tmp_path):
    (tmp_path / "a.ndjson").write_text(json.dumps(study(1)) + "\n\n" + json.dumps(study(2)))
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(json.dumps(study(2, "Later")).encode()))
    read = snapshot_from_ndjson(
        tmp_path / "a.ndjson", tmp_path / "b.ndjson.gz", data_timestamp="2022-10-06T09:00:05"
    )
    replica = serve(read)
    assert sorted(ids(get(replica, "/studies"))) == ["NCT00000001", "NCT00000002"]
    assert get(replica, "/studies", **{"query.titles": "later"}).json()["studies"]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (b'{"a": 1}', "not a study"),
        (b"[1, 2]", "not a study"),
        (b'{"protocolSection": 5}', "not a study"),
        (b'{"protocolSection": {"identificationModule": {"nctId": 5}}}', "not a study"),
        (b'"NCT00000001"', "not a study"),
        (b"NaN", "not JSON"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_a_line_that_is_no_study_is_named_with_its_file(tmp_path, second, reason):
    file = tmp_path / "records.ndjson"
    file.write_bytes(json.dumps(study(1)).encode() + b"\n" + second + b"\n")
    with pytest.raises(ValueError, match=rf"records\.ndjson, line 2: {reason}"):
        snapshot_from_ndjson(file)


@pytest.mark.parametrize(
    "damage", [lambda it: it[:-20], lambda it: it[:-1], lambda _: b"no gzip", lambda it: it[:30] + b"\0" * 40]
)
def test_a_damaged_gzip_file_is_named(tmp_path, damage):
    file = tmp_path / "records.ndjson.gz"
    text = b"\n".join(json.dumps(study(n)).encode() for n in range(1, 200))
    file.write_bytes(damage(gzip.compress(text)))
    with pytest.raises(ValueError, match=r"records\.ndjson\.gz, (after )?line \d+: not a"):
        snapshot_from_ndjson(file)
