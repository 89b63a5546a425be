"""Every request that typical runs make is legal by the registry's own OpenAPI document."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import yaml
from jsonschema import Draft7Validator

from mscwatch.pipeline.run import run_watch
from mscwatch.registry import api_drift
from mscwatch.registry.client import Client
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica, Snapshot
from mscwatch.watch import Query
from mscwatch.watches import load_watch, packaged
from support import faults
from support.records import edited, record, set_status

OPENAPI = Path(__file__).parents[2] / "shared" / "registry" / "openapi.yaml"
BASE = "/api/v2"
LONGEST_URL = 6_000

pytestmark = pytest.mark.skipif(not OPENAPI.exists(), reason=f"no OpenAPI document at {OPENAPI}")


@cache
def document():
    return yaml.load(OPENAPI.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def complaints(method, target):
    """What the document has against a request; nothing when it is legal."""
    parts = urlsplit(target)
    path = parts.path.removeprefix(BASE)
    if method != "GET" or not parts.path.startswith(BASE):
        return [f"{method} {parts.path}: only GET below {BASE}"]
    found = [(template, match) for template in document()["paths"] if (match := matched(template, path))]
    if not found:
        return [f"{path}: no such endpoint"]
    # /studies/enums is also a /studies/{nctId}: the template without parameters wins
    template, match = min(found, key=lambda pair: len(pair[1].groups()))
    declared = {one["name"]: one for one in document()["paths"][template]["get"].get("parameters", [])}
    sent = [
        *match.groupdict().items(),
        *parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)),
    ]
    wrong = [f"{name}: unknown parameter" for name, _ in sent if name not in declared]
    wrong += [
        f"{name}: sent twice" for name in {name for name, _ in sent} if [n for n, _ in sent].count(name) > 1
    ]
    wrong += [
        f"{name}: {error.message}"
        for name, text in sent
        if name in declared
        for error in errors(declared[name]["schema"], text)
    ]
    if len(target) > LONGEST_URL:
        wrong.append(f"a URL of {len(target)} characters")
    return wrong


def matched(template, path):
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
    return re.fullmatch(pattern, unquote(path))


def errors(schema, text):
    value = text
    if schema.get("type") == "array":
        value = re.split(r"[,|]", text)
    elif schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        value = int(text)
    elif schema.get("type") == "boolean":
        value = {"true": True, "false": False}.get(text, text)
    return Draft7Validator({**schema, "components": document()["components"]}).iter_errors(value)


def assert_legal(registry):
    assert registry.requests
    assert {
        target: wrong for method, target in registry.requests if (wrong := complaints(method, target))
    } == {}


def night(stamp, *records, **aliases):
    return Snapshot(
        stamp, {one["protocolSection"]["identificationModule"]["nctId"]: one for one in records}, aliases
    )


def client(registry, **limits):
    return Client(registry.url, Politeness("test", min_interval=0, **limits), sleep=lambda _: None)


# The document is really asked


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/api/v2/studies"),
        ("GET", "/api/query/full_studies"),
        ("GET", "/api/v2/studies/NCT00000001/history"),
        ("GET", "/api/v2/studies/NCT00000000"),
        ("GET", "/api/v2/version?format=json"),
        ("GET", "/api/v2/studies?filter.phase=PHASE1"),
        ("GET", "/api/v2/studies?format=xml"),
        ("GET", "/api/v2/studies?pageSize=-1"),
        ("GET", "/api/v2/studies?pageSize=many"),
        ("GET", "/api/v2/studies?countTotal=yes"),
        ("GET", "/api/v2/studies?filter.ids=NCT00000001%7CNCT0"),
        ("GET", "/api/v2/studies?filter.overallStatus=PAUSED"),
        ("GET", "/api/v2/studies?sort=StartDate%7CStudyType%7CNCTId"),
        ("GET", "/api/v2/studies?fields="),
        ("GET", "/api/v2/studies?query.term=a&query.term=b"),
        ("GET", "/api/v2/studies?query.term=" + "a" * 6_000),
    ],
)
def test_an_illegal_request_is_noticed(method, target):
    assert complaints(method, target)


@pytest.mark.parametrize(
    "target",
    [
        "/api/v2/version",
        "/api/v2/studies/enums",
        "/api/v2/studies/metadata",
        "/api/v2/studies/NCT00000001?format=json",
        "/api/v2/studies?filter.ids=NCT00000001%7Cnct2&pageSize=1000&countTotal=true&sort=StartDate%3Adesc",
        "/api/v2/studies?filter.overallStatus=RECRUITING%2CCOMPLETED&fields=NCTId%7CBriefTitle",
    ],
)
def test_a_legal_request_passes(target):
    assert complaints("GET", target) == []


# What the program asks


@pytest.mark.slow
def test_a_baseline_a_quiet_and_a_changed_night_are_legal(order):
    before = [record(number) for number in range(1, 31)]
    after = [edited(before[0], set_status("COMPLETED")), *before[1:-2]]
    with Replica([night("2022-10-06T09:00:05", *before), night("2022-10-07T09:00:05", *after)]) as registry:
        tonight = order(registry.url, page_size=10)
        run_watch(tonight)
        run_watch(tonight)
        registry.advance()
        run_watch(tonight)
        assert_legal(registry)
        assert len(registry.requests) > 10


@pytest.mark.parametrize("name", packaged())
def test_the_query_of_a_packaged_watch_is_legal(name):
    with Replica([night("2022-10-06T09:00:05", record(1))]) as registry:
        list(client(registry).pages(load_watch(name).query.parameters(), 1))
        assert_legal(registry)


def test_every_part_of_a_query_is_legal():
    query = Query(
        cond='"liver" OR "hepatitis, viral"',
        intr='"stem cells" AND NOT "müller cells"',
        term="ALL",
        advanced="AREA[LastUpdatePostDate]RANGE[2020-01-01,MAX]\n AND AREA[StudyType]INTERVENTIONAL",
    )
    with Replica([night("2022-10-06T09:00:05", record(1))]) as registry:
        list(client(registry).pages(query.parameters(), 1000))
        assert_legal(registry)
        assert len(dict(parse_qsl(urlsplit(registry.requests[0][1]).query))) == 7


def test_a_walk_that_stumbles_and_begins_again_is_legal():
    fault = faults.either(faults.nth(1, faults.status(503)), faults.nth(3, faults.truncated_json()))
    with Replica(
        [night("2022-10-06T09:00:05", *(record(n) for n in range(1, 31)))], intercept=fault
    ) as registry:
        list(client(registry, budget=1e6).pages({"query.term": "ALL"}, 10))
        assert_legal(registry)


def test_asking_where_trials_stand_is_legal():
    withheld = edited(record(2), set_status("WITHHELD"))
    with Replica([night("2022-10-06T09:00:05", record(1), withheld, NCT00000009="NCT00000001")]) as registry:
        asking = client(registry)
        places = [asking.lookup(one).verdict for one in ("NCT00000001", "nct2", "NCT00000009", "NCT00000077")]
        assert places == ["here", "withheld", "forwarded", "gone"]
        assert_legal(registry)


def test_looking_for_drift_is_legal():
    with Replica([night("2022-10-06T09:00:05", record(1))]) as registry:
        api_drift.find_drift(client(registry), "2.1.0", last_seen="2.0.5", mapped=set())
        assert len(registry.requests) == 2
        assert_legal(registry)
