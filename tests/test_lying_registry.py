"""Every lie and failure of the registry that we know of: is the night believed, what does it cost, what is lost?

Each case first has a good baseline, then the lie on the night when a trial completes, then, where that was not
published, a good night again. Whatever happened in between, the completion is told in the end, once.
"""

from __future__ import annotations

import email.utils
import shutil
import time
from dataclasses import dataclass, replace

import pytest

from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.registry.client import Client
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica, Snapshot
from mscwatch.settings import Settings
from mscwatch.watches import load_watch
from support.faults import (
    connection_closed_mid_body,
    connection_reset_mid_body,
    edited_answer,
    either,
    first,
    gzip_cut,
    html_with_200,
    late,
    nth,
    on,
    record_missing,
    record_on_two_pages,
    record_without_id,
    refresh,
    status,
    token_expired,
    too_many_requests,
    truncated_json,
    unknown_keys,
)
from support.records import edited, record, set_status
from support.snapshots import DAYS
from support.warehouse import file_hash, published, rows

WATCH = """
name = "all"
title = "All"
[query]
term = "ALL"
[expect]
max_drop = 0.2
[relevance]
rules = "msc-liver"
"""
TRIALS = 25  # three pages of ten
CLEAN = 5  # version, three pages, version
PAGES = "/studies?"


@dataclass(frozen=True)
class Lie:
    """What the registry does, and what must come of it. `requests` is of the lying night; None: not the point."""

    says: object
    outcome: str
    code: int
    words: str = ""
    requests: int | None = None


def in_an_hour():
    return email.utils.formatdate(time.time() + 3600, usegmt=True)


def page(change):
    return on(PAGES, nth(0, edited_answer(change)))


def shrunk(count):
    """The registry serves fewer trials and is sure of itself."""

    def change(answer):
        answer["studies"] = answer["studies"][:count]
        answer["totalCount"] = count
        answer.pop("nextPageToken", None)

    return on(PAGES, edited_answer(change))


def new_status(answer):
    for study in answer["studies"]:
        if study["protocolSection"]["identificationModule"]["nctId"] == "NCT00000002":
            study["protocolSection"]["statusModule"]["overallStatus"] = "PONDERING"


def same_token(request):
    body = b'{"totalCount": 25, "studies": [], "nextPageToken": "again"}'
    return replace(request.usual(), status=200, headers={"Content-Type": "application/json"}, body=body)


def moving(times):
    """`/version` shows another data set at every walk's end, `times` times."""
    stamps = iter(f"2022-11-{day:02}T09:00:05" for day in range(1, 29))
    return on(
        "/version", first(times, edited_answer(lambda answer: answer.update(dataTimestamp=next(stamps))))
    )


BUSY = status(503, "busy")

LIES = {
    "403 on the version": Lie(on("/version", status(403, "no")), "failed", 4, "HTTP 403", 3),
    "403 in HTML on a page": Lie(on(PAGES, status(403, "<b>no</b>", html=True)), "failed", 4, "HTTP 403", 4),
    "400 on the query": Lie(on(PAGES, status(400, "Error parsing query in Other terms: X")), "failed", 2, "Other terms: X", 2),
    "414 in HTML from the edge": Lie(on(PAGES, status(414, "<b>long</b>", html=True)), "failed", 2, "HTTP 414", 2),
    "404 on the studies": Lie(on(PAGES, status(404, "nothing here")), "failed", 4, "HTTP 404", 2),
    "500 for ever": Lie(on(PAGES, status(500, "<b>x</b>", html=True)), "failed", 4, "HTTP 500", 6),
    "502 for ever": Lie(on(PAGES, status(502)), "failed", 4, "HTTP 502", 6),
    "503 for ever on the version": Lie(on("/version", BUSY), "failed", 4, "HTTP 503", 5),
    "504 for ever": Lie(on(PAGES, status(504)), "failed", 4, "HTTP 504", 6),
    "429 for ever": Lie(on(PAGES, too_many_requests()), "failed", 4, "HTTP 429", 6),
    "503 twice, then well": Lie(on(PAGES, first(2, BUSY)), "published", 0, "", CLEAN + 2),
    "503 on each page once": Lie(on(PAGES, either(nth(0, BUSY), nth(1, BUSY), nth(2, BUSY))), "published", 0, "", CLEAN + 3),
    "429 with seconds, then well": Lie(on(PAGES, first(1, too_many_requests("7"))), "published", 0, "", CLEAN + 1),
    "429 with a date an hour away": Lie(on(PAGES, too_many_requests(in_an_hour())), "failed", 4, "HTTP 429", 2),
    "HTML with 200 for ever": Lie(on(PAGES, html_with_200()), "failed", 4, "HTML page", 6),
    "HTML with 200 once": Lie(on(PAGES, first(1, html_with_200())), "published", 0, "", CLEAN + 1),
    "truncated JSON for ever": Lie(on(PAGES, truncated_json()), "failed", 4, "JSON", 6),
    "truncated JSON once": Lie(on(PAGES, first(1, truncated_json())), "published", 0, "", CLEAN + 1),
    "gzip cut once": Lie(on(PAGES, first(1, gzip_cut())), "published", 0, "", CLEAN + 1),
    "closed in mid-body once": Lie(on(PAGES, first(1, connection_closed_mid_body())), "published", 0, "", CLEAN + 1),
    "reset in mid-body for ever": Lie(on(PAGES, connection_reset_mid_body()), "failed", 4, "", 6),
    "an answer later than the time-out": Lie(on(PAGES, late(1.0)), "failed", 4, "", 6),
    "429, then truncated, then well": Lie(on(PAGES, either(nth(0, too_many_requests()), nth(1, truncated_json()))), "published", 0, "", CLEAN + 2),
    "HTML on the version, then a reset": Lie(either(on("/version", first(1, html_with_200())), on(PAGES, first(1, connection_reset_mid_body()))), "published", 0, "", CLEAN + 2),
    "the token expires once": Lie(on("pageToken", first(1, token_expired())), "published", 0),
    "the token expires for ever": Lie(on("pageToken", token_expired()), "refused", 3, "moved"),
    "the same token for ever": Lie(on(PAGES, same_token), "refused", 3, "same page token"),
    "the version moves once": Lie(moving(1), "published", 0, "", 2 * CLEAN - 1),
    "the version moves at every walk": Lie(moving(9), "refused", 3, "moved during 3 walks"),
    "a data timestamp that is no date": Lie(on("/version", edited_answer(lambda answer: answer.update(dataTimestamp="soon"))), "failed", 4, "no date"),
    "no data timestamp": Lie(on("/version", edited_answer(lambda answer: answer.pop("dataTimestamp"))), "published", 0, "", CLEAN),
    "a list where an object should be": Lie(on(PAGES, lambda request: replace(request.usual(), body=b"[]")), "failed", 4, "", 6),
    "no list of studies": Lie(page(lambda answer: answer.update(studies=None)), "failed", 4, "no list of studies"),
    "a record on two pages": Lie(on(PAGES, record_on_two_pages()), "published", 0),
    "a record missing from a page": Lie(on(PAGES, nth(1, record_missing())), "refused", 3, f"{TRIALS} trials and sent {TRIALS - 1}"),
    "a record without an id": Lie(on(PAGES, nth(0, record_without_id())), "refused", 3, "without an NCT number"),
    "no total": Lie(page(lambda answer: answer.pop("totalCount")), "refused", 3, "did not say how many"),
    "a total that is too large": Lie(page(lambda answer: answer.update(totalCount=1_000)), "refused", 3, "1000 trials and sent"),
    "a total that is no number": Lie(page(lambda answer: answer.update(totalCount="many")), "refused", 3, "did not say how many"),
    "nothing at all": Lie(shrunk(0), "refused", 3, "empty"),
    "a third fewer, sure of itself": Lie(shrunk(10), "refused", 3, "known trials are missing"),
    "keys that nobody knows": Lie(on(PAGES, unknown_keys()), "published", 0, "", CLEAN),
    "a status that nobody knows": Lie(on(PAGES, edited_answer(new_status)), "published", 0, "", CLEAN),
}  # fmt: skip


@pytest.fixture
def watch_file(tmp_path):
    path = tmp_path / "all.toml"
    path.write_text(
        'name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n[expect]\nmax_drop = 0.2\n[relevance]\nrules = "msc-liver"\n'
    )
    return path


@pytest.fixture(scope="module")
def registry():
    """Three nights: before, when a trial has completed, and the same again later."""
    before = [record(number) for number in range(1, TRIALS + 1)]
    after = [edited(before[0], set_status("COMPLETED")), *before[1:]]
    contents = [
        {f"NCT{number:08}": one for number, one in enumerate(night, 1)} for night in (before, after, after)
    ]
    with Replica([Snapshot(day, night) for day, night in zip(DAYS, contents, strict=True)]) as running:
        yield running


@pytest.fixture
def night(order, registry, baseline):
    """Runs a night on a copy of a warehouse that has its baseline."""
    tonight = order(registry.url, page_size=10)
    shutil.copytree(baseline, tonight.settings.data_dir)

    def run():
        client = Client(
            registry.url,
            Politeness("python-requests/t", min_interval=0, timeout=0.8),
            sleep=lambda _: None,
        )
        return run_watch(tonight, client=client)

    return run


@pytest.fixture(scope="module")
def baseline(registry, tmp_path_factory):
    """A data directory after the first night."""
    folder = tmp_path_factory.mktemp("baseline")
    (folder / "all.toml").write_text(WATCH)
    settings = Settings(data_dir=folder / "data", min_interval=0, api_url=registry.url)
    assert run_watch(RunOrder(settings, load_watch(str(folder / "all.toml")))).exit_code == 0
    return folder / "data"


@pytest.mark.slow
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_comes_of_a_lie(order, registry, night, lie):
    tonight = order(registry.url)
    kept = file_hash(tonight)
    registry.night, registry.intercept = 1, lie.says
    lying = night()
    registry.intercept = None
    assert (lying.outcome.value, lying.exit_code) == (lie.outcome, lie.code), lying.error
    assert lie.words in str(lying.error)
    assert "<b>" not in str(lying.error)
    if lie.requests is not None:
        assert lying.requests == lie.requests
    if lie.outcome != "published":
        assert file_hash(tonight) == kept
        registry.night = 2
        assert night().exit_code == 0
    with published(tonight) as con:
        told = con.execute(
            "SELECT kind FROM events WHERE nct_id = 'NCT00000001' AND NOT is_baseline"
        ).fetchall()
        trials = con.execute("SELECT count(*) FROM trials").fetchall()
        outcomes = con.execute("SELECT outcome FROM runs ORDER BY started_at").fetchall()
    assert told == [("completed",)]
    assert trials == [(TRIALS,)]
    assert [outcome for (outcome,) in outcomes] == ["baseline", *({lie.outcome} - {"published"}), "published"]


@pytest.mark.slow
def test_a_refresh_in_mid_walk_is_never_half_of_each(order):
    before = [record(number) for number in range(1, TRIALS + 1)]
    after = [edited(one, set_status("COMPLETED")) for one in before]
    contents = [{f"NCT{number:08}": one for number, one in enumerate(night, 1)} for night in (before, after)]
    with Replica([Snapshot(day, night) for day, night in zip(DAYS, contents, strict=False)]) as registry:
        registry.intercept = on("pageToken", nth(0, refresh(lambda: registry)))
        tonight = order(registry.url, page_size=10)
        assert run_watch(tonight).exit_code == 0
    assert rows(tonight, "SELECT DISTINCT overall_status FROM trials") == [("COMPLETED",)]
    assert rows(tonight, "SELECT DISTINCT data_timestamp::VARCHAR FROM versions") == [
        ("2022-10-07 09:00:05",)
    ]
