"""Every answer of a service ends, in time and in size; a whole topic may be asked for in smaller pages."""

from __future__ import annotations

import gc
import gzip
import json
import time
import tracemalloc

import pytest

from mscwatch.errors import NoAnswerError, RefusedError
from mscwatch.pipeline.run import run_watch
from mscwatch.registry.client import Client
from mscwatch.registry.http import BrokenOffError, Politeness
from mscwatch.registry.http_exchange import ERROR_BYTES
from mscwatch.registry.sweep import SMALLEST_PAGE
from mscwatch.replica import Replica, Response
from support import faults
from support.asking import ALL, ids
from support.neighbours import JSON, Neighbour, endless_chunks, endless_headers
from support.records import record
from support.snapshots import night

VERSION = b'{"apiVersion":"2.0.5"}'


@pytest.fixture
def neighbour():
    """A server that answers each request with `answer(connection)`; the way to its API."""
    opened = []

    def start(answer):
        opened.append(Neighbour(lambda connection, line: answer(connection)))
        return f"{opened[-1].url}/api/v2"

    yield start
    for server in opened:
        server.shutdown()
        server.server_close()


def drip(head):
    """An answer whose bytes after `head` come one by one, for ever."""

    def answer(connection):
        connection.sendall(head)
        while True:
            connection.sendall(b"0")
            time.sleep(0.02)

    return answer


DRIPS = {
    "the status line": b"HTTP/1.1 200 ",
    "a header": b"HTTP/1.1 200 OK\r\nX-Filler: ",
    "the place of a redirect": b"HTTP/1.1 301 Moved\r\nLocation: /api/v2/studies/NCT00000002",
    "a body": JSON + b"Content-Length: 100000000\r\n\r\n",
    "a body without a length": JSON + b"Connection: close\r\n\r\n",
    "the size of a chunk": JSON + b"Transfer-Encoding: chunked\r\n\r\n",
    "the body of a refusal": b"HTTP/1.1 404 No\r\nContent-Length: 100000000\r\n\r\n",
    "the body of a redirect": b"HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 100000000\r\n\r\n",
}


@pytest.mark.parametrize("head", DRIPS.values(), ids=DRIPS)
def test_no_part_of_an_answer_drips_beyond_the_timeout(neighbour, ask, head):
    begun = time.monotonic()
    with pytest.raises(NoAnswerError, match=r"not whole after 0.3 s|no answer in time"):
        ask(neighbour(drip(head)), timeout=0.3, budget=0).lookup("NCT00000009")
    assert time.monotonic() - begun < 3


def test_headers_without_end_are_no_answer(neighbour, ask):
    with pytest.raises(NoAnswerError, match="no usable answer"):
        ask(neighbour(endless_headers), timeout=5, budget=0).version()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_an_answer_over_the_limit_is_asked_for_once(serve, ask, packed):
    body = VERSION + b" " * 1_000
    headers = {"Content-Encoding": "gzip"} if packed else {"Content-Encoding": "identity"}
    served = Response(200, headers, gzip.compress(body) if packed else body)
    registry = serve(intercept=lambda _: served)
    assert ask(registry, largest=len(body)).version().api_version == "2.0.5"
    with pytest.raises(BrokenOffError, match=r"the answer was larger than 0 MB \(asked once\)"):
        ask(registry, largest=len(body) - 1).version()
    assert len(registry.requests) == 2


def test_a_body_packed_in_several_members_is_read_whole(serve, ask):
    body = gzip.compress(VERSION[:9]) + gzip.compress(VERSION[9:]) + b"\0" * 8
    registry = serve(intercept=lambda _: Response(200, {"Content-Encoding": "gzip"}, body))
    assert ask(registry).version().api_version == "2.0.5"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate"])
def test_a_packing_that_nobody_asked_for_is_no_answer(serve, ask, encoding):
    registry = serve(intercept=lambda _: Response(200, {"Content-Encoding": encoding}, VERSION))
    with pytest.raises(NoAnswerError, match="cut or damaged"):
        ask(registry).version()


@pytest.mark.parametrize("code", [b"404 No", b"403 No", b"301 Moved", b"503 Busy"])
def test_only_the_start_of_an_endless_error_page_is_read(neighbour, ask, code):
    head = b"HTTP/1.1 " + code + b"\r\nContent-Type: text/plain\r\nLocation: /x\r\n"
    asking = ask(neighbour(lambda connection: endless_chunks(connection, head)), budget=0)
    with pytest.raises(NoAnswerError, match=f"HTTP {code[:3].decode()}"):
        asking.version()
    assert asking.traffic.bytes < 20 * ERROR_BYTES


@pytest.mark.slow
@pytest.mark.parametrize("size", [4_000_000, 3_000_000], ids=["not JSON", "too large"])
def test_useless_answers_do_not_pile_up_while_nothing_collects_cycles(serve, ask, size):
    """A run reads with the cycle collector off, and the errors of five large answers once held them all."""
    answer = Response(200, {"Content-Encoding": "identity"}, b"x" * 4_000_000)
    registry = serve(
        intercept=lambda _: answer
    )  # its server, a thread of this process, may still hold an answer
    asking = ask(registry, largest=size)
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            with pytest.raises(BrokenOffError):
                asking.version()
        tracemalloc.start()
        for _ in range(3):
            with pytest.raises(BrokenOffError):
                asking.version()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert kept < 4_000_000


# Pages


@pytest.mark.parametrize(("total", "came", "most"), [(12, 10, 7), (12, 0, 5), (0, 0, 3), (1600, 100, 35)])
def test_tokens_that_are_ever_new_end_where_the_count_says(serve, ask, total, came, most):
    asked = []

    def answer(request):
        asked.append(request)
        studies = [record(len(asked) * 100 + place) for place in range(came)]
        page = {"totalCount": total, "studies": studies, "nextPageToken": f"t{len(asked)}"}
        return Response(body=json.dumps(page).encode())

    with pytest.raises(RefusedError, match=rf"announced {total} trial\(s\)"):
        list(ask(serve(intercept=answer)).pages(ALL, 1000))
    assert len(asked) == most


@pytest.mark.parametrize("total", [None, "many", -1, 10**12, True, 12.0])
def test_a_walk_without_a_usable_count_ends_with_its_first_page(serve, ask, total):
    registry = serve(night(25), faults.edited_answer(lambda page: page.update(totalCount=total)))
    with pytest.raises(RefusedError, match="did not say how many trials there are"):
        list(ask(registry).pages(ALL, 10))
    assert len(registry.requests) == 1


def cut_above(size):
    """Pages of more than so many records break off."""

    def strike(request):
        return faults.connection_closed_mid_body()(request) if int(request.query["pageSize"]) > size else None

    return faults.on("/studies", strike)


def impatient(registry):
    return Client(registry.url, Politeness("test", min_interval=0), sleep=lambda _: None)


@pytest.mark.slow
def test_a_walk_begins_anew_with_pages_of_half_the_size_when_pages_break_off(order):
    with Replica([night(120)], intercept=cut_above(30)) as registry:
        result = run_watch(order(registry.url, page_size=200), client=impatient(registry))
    assert (result.error, result.total_count, result.fetched) == (None, 120, 120)
    sizes = [target.partition("pageSize=")[2][:3] for _, target in registry.requests if "pageSize" in target]
    assert [int(size.strip("&c")) for size in sizes] == [
        *(200, 200, 100, 100, 50, 50),
        *(25, 25, 25, 25, 25),
    ]


def test_pages_that_break_off_at_any_size_are_no_answer(order):
    with Replica([night(120)], intercept=cut_above(0)) as registry:
        result = run_watch(order(registry.url, page_size=200), client=impatient(registry))
    assert result.exit_code == 4
    assert "broke off" in str(result.error)
    assert f"pageSize={SMALLEST_PAGE}" in registry.requests[-1][1]


def test_a_page_over_the_limit_is_halved_at_once(serve, ask):
    registry = serve(night(40))
    asking = ask(registry, largest=20_000)
    with pytest.raises(BrokenOffError):
        list(asking.pages(ALL, 40))
    assert len(registry.requests) == 1
    assert ids(asking.pages(ALL, 5))


# The stated day of the data


@pytest.mark.parametrize(
    "said",
    [
        *("yesterday", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59"),
        *("2022-13-01T00:00:00", "22", 5, [], {}, True, 1e400),
    ],
)
def test_a_data_timestamp_that_is_no_day_of_this_registry_ends_the_night_with_exit_4(order, said):
    body = json.dumps({"apiVersion": "2.0.5", "dataTimestamp": said}).encode()
    with Replica([night(3)], intercept=faults.on("/version", lambda _: Response(body=body))) as registry:
        result = run_watch(order(registry.url))
    assert (result.outcome, result.exit_code) == ("failed", 4), said
    assert "should not happen" not in str(result.error)


@pytest.mark.parametrize(("day", "warned"), [("2022-10-05", True), ("2022-10-06", False), ("", False)])
def test_records_of_another_day_than_the_registry_states_are_a_warning(order, day, warned):
    def older(page):
        for study in page["studies"]:
            study["derivedSection"] = {"miscInfoModule": {"versionHolder": day} if day else {}}

    with Replica([night(3)], intercept=faults.on("/studies", faults.edited_answer(older))) as registry:
        result = run_watch(order(registry.url))
    assert result.error is None
    warning = (
        f"the newest records are of {day}, and the registry says that its data are of 2022-10-06: "
        "some of its servers may lag behind"
    )
    assert (warning in result.warnings, "newest records" in str(result.warnings)) == (warned, warned)
