"""Asking the registry, against a real HTTP server: patience, distance, and what is said in the end."""

from __future__ import annotations

import gzip
import math
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from mscwatch.errors import ConfigError, NoAnswerError, QueryRejectedError
from mscwatch.pipeline.run import run_watch
from mscwatch.registry.http_patience import ATTEMPTS
from mscwatch.replica import Replica, Response
from mscwatch.vocabulary import RunOutcome
from support import faults
from support.asking import ALL, gaps, ids, noting
from support.snapshots import night

RETRIED = [408, 429, 500, 502, 503, 504]
NOT_RETRIED = {301: 4, 304: 4, 400: 2, 401: 4, 404: 4, 410: 4, 414: 2, 501: 4, 505: 4}


# What is asked again, and what is not


@pytest.mark.parametrize("code", RETRIED)
def test_a_status_that_may_pass_is_asked_again_and_then_given_up(serve, ask, waits, code):
    registry = serve(intercept=faults.status(code, "busy"))
    with pytest.raises(NoAnswerError, match=rf"HTTP {code}: busy.*\(asked {ATTEMPTS} times\)") as failed:
        ask(registry).version()
    assert (failed.value.exit_code, failed.value.transient) == (4, True)
    assert len(registry.requests) == ATTEMPTS
    assert waits == ([10, 20, 40, 80] if code == 429 else [2, 4, 8, 16])


@pytest.mark.parametrize(("code", "exit_code"), NOT_RETRIED.items())
def test_a_status_that_is_a_verdict_is_asked_once(serve, ask, waits, code, exit_code):
    registry = serve(intercept=faults.status(code, "no"))
    with pytest.raises((NoAnswerError, QueryRejectedError)) as failed:
        ask(registry).version()
    assert failed.value.exit_code == exit_code
    assert (len(registry.requests), waits) == (1, [])


BROKEN_ANSWERS = {
    "a maintenance page with 200": (faults.html_with_200(), "an HTML page in place of data"),
    "half a JSON document": (faults.truncated_json(), "truncated or invalid JSON"),
    "a list in place of an object": (lambda _: Response(body=b"[]"), "JSON of another shape"),
    "a gzip stream without its end": (faults.gzip_cut(), "cut or damaged"),
    "bytes that are no gzip": (
        lambda _: Response(headers={"Content-Encoding": "gzip"}, body=b"{}"),
        "cut or damaged",
    ),
    "fewer bytes than were promised": (faults.connection_closed_mid_body(10), "the answer broke off"),
    "a reset in mid-body": (faults.connection_reset_mid_body(10), "the answer broke off"),
}


@pytest.mark.parametrize(("fault", "words"), BROKEN_ANSWERS.values(), ids=BROKEN_ANSWERS)
def test_a_broken_answer_is_asked_again_and_the_next_is_good(serve, ask, waits, fault, words):
    registry = serve(intercept=faults.first(2, fault))
    asking = ask(registry)
    assert asking.version().api_version == "2.0.5"
    assert (len(registry.requests), waits) == (3, [2, 4])
    assert asking.traffic.retries == 2
    assert all(words in cause for cause in asking.traffic.causes)


@pytest.mark.parametrize(("fault", "words"), BROKEN_ANSWERS.values(), ids=BROKEN_ANSWERS)
def test_a_registry_that_only_breaks_is_no_answer(serve, ask, fault, words):
    registry = serve(intercept=fault)
    with pytest.raises(NoAnswerError, match=words):
        ask(registry).version()
    assert len(registry.requests) == ATTEMPTS


def test_nobody_listening_is_asked_again_and_then_no_answer(ask, waits):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/v2"
    with pytest.raises(NoAnswerError, match="no connection"):
        ask(url).version()
    assert len(waits) == ATTEMPTS - 1


def test_a_silent_registry_is_no_answer_in_time(serve, ask):
    with pytest.raises(NoAnswerError, match="no answer in time"):
        ask(serve(intercept=faults.late(1)), timeout=0.1, budget=0).version()


def test_an_answer_in_chunks_is_read_whole(speak, ask):
    body = gzip.compress(b'{"apiVersion":"2.0.5"}')

    def talk(connection):
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        for start in range(0, len(body), 7):
            piece = body[start : start + 7]
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")

    asking = ask(speak(talk))
    assert asking.version().api_version == "2.0.5"
    assert asking.traffic.bytes == len(body)


# How long it waits


def test_waits_between_attempts_double_on_the_real_clock(serve, ask):
    times = []
    registry = serve(intercept=noting(times, faults.first(4, faults.status(503))))
    ask(registry, sleep=time.sleep, first_wait=0.05).version()
    assert len(times) == 5
    for gap, least in zip(gaps(times), [0.05, 0.1, 0.2, 0.4], strict=True):
        assert gap >= least * 0.8


def test_the_registrys_wish_in_seconds_is_waited_for(serve, ask):
    times = []
    registry = serve(intercept=noting(times, faults.first(1, faults.too_many_requests("1"))))
    ask(registry, sleep=time.sleep, first_wait_when_limited=0).version()
    assert gaps(times)[0] >= 0.9


def test_the_registrys_wish_as_a_date_is_waited_for(serve, ask):
    times = []

    def limited(request):
        until = format_datetime(
            datetime.now(UTC) + timedelta(seconds=2), usegmt=True
        )  # whole seconds: 1 to 2 s
        return faults.too_many_requests(until)(request)

    registry = serve(intercept=noting(times, faults.first(1, limited)))
    ask(registry, sleep=time.sleep, first_wait_when_limited=0).version()
    assert gaps(times)[0] >= 0.8


WISHES = {
    "seconds": ("7", 7),
    "a date to come": (lambda: datetime.now(UTC) + timedelta(seconds=100), pytest.approx(100, abs=30)),
    "a date that has passed": (lambda: datetime.now(UTC) - timedelta(hours=1), 10),
    "no seconds at all": ("0", 10),
    "nonsense": ("soon", 10),
    "nothing": (None, 10),
}


@pytest.mark.parametrize(("wish", "waited"), WISHES.values(), ids=WISHES)
def test_a_wish_replaces_the_back_off_where_it_is_one(serve, ask, waits, wish, waited):
    said = format_datetime(wish(), usegmt=True) if callable(wish) else wish
    ask(serve(intercept=faults.first(1, faults.too_many_requests(said)))).version()
    assert waits == [waited]


def test_jitter_spreads_the_back_off_but_not_a_wish(serve, ask, waits):
    limited = faults.either(
        faults.first(1, faults.too_many_requests("7")), faults.first(1, faults.status(503))
    )
    ask(serve(intercept=limited), jitter=lambda: 1.2).version()
    assert waits == [7, 2 * 2 * 1.2]


def test_a_wish_beyond_the_budget_ends_the_asking_at_once(serve, ask, waits):
    registry = serve(intercept=faults.too_many_requests("3600"))
    with pytest.raises(NoAnswerError, match=r"it asks for 3600 s of silence.*\(asked once\)"):
        ask(registry, budget=300).version()
    assert (len(registry.requests), waits) == (1, [])


def test_the_budget_ends_the_waiting_and_can_be_renewed(serve, ask, waits):
    registry = serve(intercept=faults.status(503))
    asking = ask(registry, budget=10)
    with pytest.raises(NoAnswerError, match="asked 3 times"):
        asking.version()
    assert waits == [2, 4]
    with pytest.raises(NoAnswerError, match="asked 2 times"):  # 4 of the 10 seconds are left
        asking.version()
    asking.reset_retry_budget()
    with pytest.raises(NoAnswerError, match="asked 3 times"):
        asking.version()


def test_time_lost_in_slow_failures_counts_against_the_budget(serve, ask):
    now = [0.0]

    def slow(_):
        now[0] += 100
        return Response(503)

    registry = serve(intercept=slow)
    with pytest.raises(NoAnswerError, match="asked 3 times"):
        ask(registry, budget=250, clock=lambda: now[0]).version()


@pytest.mark.parametrize("packed", [b"", b"Content-Encoding: gzip\r\n"], ids=["plain", "gzip"])
def test_a_drip_that_never_ends_is_no_answer_within_timeout_and_budget(speak, ask, packed):
    def talk(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n%b\r\n" % packed)
        for _ in range(500):  # 10 s: for ever, but not for a client that never gives up
            connection.sendall(b"\x1f")
            time.sleep(0.02)

    begun = time.monotonic()
    with pytest.raises(NoAnswerError, match=r"not whole after 0.2 s") as failed:
        ask(speak(talk), sleep=time.sleep, timeout=0.2, budget=0.5, first_wait=0.05).version()
    assert failed.value.exit_code == 4
    assert time.monotonic() - begun < 5


def test_an_answer_that_drips_but_ends_in_time_is_good(serve, ask):
    assert ids(ask(serve(intercept=faults.slow_drip(0.01))).pages(ALL, 1000))


# How often it asks


def test_requests_keep_their_distance_and_never_overlap(serve, ask):
    times, at_once, most = [], [0], [0]

    def watch(request):
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        answer = request.usual()
        time.sleep(0.02)
        at_once[0] -= 1
        return answer

    registry = serve(night(10), noting(times, faults.either(faults.nth(2, faults.status(503)), watch)))
    asking = ask(registry, min_interval=0.3, sleep=time.sleep, first_wait=0)
    list(asking.pages(ALL, 2))
    assert len(times) == 7  # five pages, an empty one, and one that was asked for twice
    # The times are those of arrival, which a busy machine moves; the client counts from when it begins to ask.
    assert times[-1] - times[0] >= 0.3 * (len(times) - 1) - 0.15
    assert min(gaps(times)) >= 0.1
    assert most == [1]


@pytest.mark.slow
@pytest.mark.parametrize(("count", "size"), [(1, 10), (25, 10), (30, 10), (30, 1000)])
def test_a_clean_night_asks_at_most_three_times_more_than_it_has_pages(order, count, size):
    with Replica([night(count)]) as registry:
        result = run_watch(order(registry.url, page_size=size))
        assert result.outcome == RunOutcome.BASELINE
        assert result.requests == len(registry.requests) <= math.ceil(count / size) + 3


# Words


def test_plain_text_of_the_registry_is_quoted_on_one_short_line(serve, ask):
    body = (
        "Error parsing query in Other terms:\n  mismatched input '[' expecting {<EOF>, '('}\x1b[31m"
        + "x" * 900
    )
    with pytest.raises(QueryRejectedError) as failed:
        list(ask(serve(intercept=faults.status(400, body))).pages(ALL, 10))
    said = str(failed.value)
    assert "Error parsing query in Other terms: mismatched input '[' expecting {<EOF>, '('}" in said
    assert said.isprintable()
    assert len(said) < 450


@pytest.mark.parametrize("code", [400, 403, 404, 414, 418, 500, 503])
@pytest.mark.parametrize("honest", [True, False], ids=["as text/html", "as text/plain"])
def test_html_is_never_quoted(serve, ask, code, honest):
    page = ("Sorry. " if honest else "") + "<!DOCTYPE html><html><body>Request blocked</body></html>"
    with pytest.raises((NoAnswerError, QueryRejectedError)) as failed:
        ask(serve(intercept=faults.status(code, page, html=honest)), budget=0).version()
    assert "<" not in str(failed.value)
    assert "blocked" not in str(failed.value)
    assert f"HTTP {code}" in str(failed.value)


def test_a_refused_client_is_told_its_user_agent_and_what_to_set(serve, ask):
    with pytest.raises(NoAnswerError, match=r'403.*"test agent".*Set MSCWATCH_USER_AGENT') as failed:
        ask(serve(intercept=faults.status(403, html=True)), user_agent="test agent").version()
    assert not failed.value.transient


def test_a_password_in_the_address_is_not_shown(serve, ask):
    url = serve(intercept=faults.status(503)).url.replace("//", "//me:secret@")
    with pytest.raises(NoAnswerError) as failed:
        ask(url, budget=0).version()
    assert "secret" not in str(failed.value)
    assert "127.0.0.1" in str(failed.value)


@pytest.mark.parametrize("url", ["http://", "http://me:secret@/api", "clinicaltrials.gov"])
def test_an_address_that_cannot_be_asked_is_a_setting_to_correct(ask, url):
    with pytest.raises(ConfigError, match="Correct MSCWATCH_API_URL") as failed:
        ask(url).version()
    assert "secret" not in str(failed.value)
