"""Snapshots that are read from files: plain and compressed lines, and what is wrong with a file."""

from __future__ import annotations

import gzip
import json

import pytest
import requests

from mscwatch.replica import Replica, snapshot_from_ndjson
from mscwatch.replica.papers import papers_from_ndjson
from support.records import edited, nct_id, record, set_title


def test_nights_are_read_from_plain_and_compressed_lines(tmp_path):
    (tmp_path / "a.ndjson").write_text(json.dumps(record(1)) + "\n\n" + json.dumps(record(2)))
    (tmp_path / "b.ndjson.gz").write_bytes(
        gzip.compress(json.dumps(edited(record(2), set_title("Later"))).encode())
    )
    read = snapshot_from_ndjson(
        tmp_path / "a.ndjson", tmp_path / "b.ndjson.gz", data_timestamp="2022-10-06T09:00:05"
    )
    with Replica([read]) as registry:
        everything, later = (
            requests.get(f"{registry.url}/studies", params=params, timeout=10).json()["studies"]
            for params in ({}, {"query.titles": "later"})
        )
    assert sorted(map(nct_id, everything)) == ["NCT00000001", "NCT00000002"]
    assert list(map(nct_id, later)) == ["NCT00000002"]


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
    file.write_bytes(json.dumps(record(1)).encode() + b"\n" + second + b"\n")
    with pytest.raises(ValueError, match=rf"records\.ndjson, line 2: {reason}"):
        snapshot_from_ndjson(file)


@pytest.mark.parametrize(
    "damage", [lambda it: it[:-20], lambda it: it[:-1], lambda _: b"no gzip", lambda it: it[:30] + b"\0" * 40]
)
def test_a_damaged_gzip_file_is_named(tmp_path, damage):
    file = tmp_path / "records.ndjson.gz"
    text = b"\n".join(json.dumps(record(n)).encode() for n in range(1, 200))
    file.write_bytes(damage(gzip.compress(text)))
    with pytest.raises(ValueError, match=r"records\.ndjson\.gz, (after )?line \d+: not a"):
        snapshot_from_ndjson(file)


@pytest.mark.parametrize(("name", "packed"), [("papers.ndjson", bytes), ("papers.ndjson.gz", gzip.compress)])
def test_papers_are_read_from_plain_and_compressed_lines_and_a_line_that_is_none_is_named(
    tmp_path, name, packed
):
    file = tmp_path / name
    file.write_bytes(packed(b'{"title": "A"}\n\n{"title": "B"}\n'))
    assert papers_from_ndjson(file) == [{"title": "A"}, {"title": "B"}]
    for line in (b"5", b'{"pmid": "1"}', b'{"title": 5}'):
        file.write_bytes(packed(b'{"title": "A"}\n' + line))
        with pytest.raises(ValueError, match=rf"{name}, line 2: no paper with a title"):
            papers_from_ndjson(file)
