"""The client against a real HTTP server: patience, distance, verdicts, and what it says when it gives up."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import math
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import orjson
import pytest
import registry_faults as faults
import requests
import responses
from records import edited, record, set_status

from mscwatch.errors import ConfigError, NoAnswerError, QueryRejectedError, RefusedError
from mscwatch.model import Outcome, Place
from mscwatch.registry.asking import ATTEMPTS, LONGEST_URL
from mscwatch.registry.client import ROOM_FOR_TOKEN, Client, DataMovedError, user_agent
from mscwatch.registry.replica import Night, Replica, Response
from mscwatch.run import run_night

ALL = {"query.term": "ALL"}
STAMP = "2022-10-06T09:00:05"
RETRIED = [408, 429, 500, 502, 503, 504]
NOT_RETRIED = {301: 4, 304: 4, 400: 2, 401: 4, 403: 4, 404: 4, 410: 4, 414: 2, 501: 4, 505: 4}


def night(count, *more, stamp=STAMP, **aliases):
    found = [*(record(number) for number in range(1, count + 1)), *more]
    return Night(
        stamp, {one["protocolSection"]["identificationModule"]["nctId"]: one for one in found}, aliases
    )


@pytest.fixture
def serve():
    """Start an embedded registry of one night; `intercept` makes it misbehave."""
    with contextlib.ExitStack() as stack:
        yield lambda one=None, intercept=None: stack.enter_context(
            Replica([one or night(3)], intercept=intercept)
        )


@pytest.fixture
def waits():
    """The seconds that clients of `ask` would have waited; nobody waits for them."""
    return []


@pytest.fixture
def ask(waits):
    """A client without distance or real waiting, for a registry; keyword arguments are the client's."""

    def make(registry, **values):
        defaults = {"user_agent": "test", "min_interval": 0, "budget": 1e6, "sleep": waits.append}
        return Client(getattr(registry, "url", registry), **(defaults | {"jitter": lambda: 1.0} | values))

    return make


@pytest.fixture
def speak():
    """A server below HTTP: `speak(talk)` gives the address where `talk(connection)` answers every request."""
    listener = socket.create_server(("127.0.0.1", 0))

    def start(talk):
        def converse():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.recv(65_536)
                    talk(connection)

        threading.Thread(target=converse, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api/v2"

    yield start
    listener.close()


def noting(times, fault=lambda _: None):
    """An intercept that notes when each request arrives."""

    def strike(request):
        times.append(time.monotonic())
        return fault(request)

    return strike


def gaps(times):
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def ids(pages):
    return [one["protocolSection"]["identificationModule"]["nctId"] for page in pages for one in page.records]


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
    asking.renew_patience()
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
    asking = ask(registry, min_interval=0.1, sleep=time.sleep, first_wait=0)
    list(asking.pages(ALL, 2))
    assert len(times) == 7  # five pages, an empty one, and one that was asked for twice
    assert times[-1] - times[0] >= 0.1 * (len(times) - 1) - 0.05
    assert min(gaps(times)) >= 0.05
    assert most == [1]


@pytest.mark.parametrize(("count", "size"), [(1, 10), (25, 10), (30, 10), (30, 1000)])
def test_a_clean_night_asks_at_most_three_times_more_than_it_has_pages(order, count, size):
    with Replica([night(count)]) as registry:
        result = run_night(order(registry.url, page_size=size))
        assert result.outcome == Outcome.BASELINE
        assert result.requests == len(registry.requests) <= math.ceil(count / size) + 3


# Walks


@pytest.mark.parametrize(("count", "asked"), [(0, 1), (19, 2), (20, 3), (21, 3)])
def test_a_walk_ends_with_the_answer_that_has_no_token(serve, ask, count, asked):
    """A full last page has a token that leads to an empty one."""
    registry = serve(night(count))
    pages = list(ask(registry).pages(ALL, 10))
    assert len(registry.requests) == len(pages) == asked
    assert [page.total_count for page in pages] == [count] + [None] * (asked - 1)
    assert len(set(ids(pages))) == count


def test_an_empty_page_with_a_token_does_not_end_a_walk(serve, ask):
    emptied = []

    def empty_first(page):
        if not emptied:
            emptied.extend(page["studies"])
            page["studies"] = []

    registry = serve(night(15), faults.edited(empty_first))
    assert len(ids(ask(registry).pages(ALL, 10))) == 5


def test_every_page_repeats_the_query_and_only_the_first_asks_for_the_count(serve, ask):
    registry = serve(night(25))
    list(ask(registry).pages(ALL, 10))
    targets = [target for _, target in registry.requests]
    assert all("query.term=ALL" in target and "pageSize=10" in target for target in targets)
    assert ["countTotal" in target for target in targets] == [True, False, False]
    assert ["pageToken" in target for target in targets] == [False, True, True]


def test_a_token_that_comes_twice_ends_the_walk_as_refused(serve, ask):
    again = Response(body=b'{"studies":[],"nextPageToken":"again"}')
    registry = serve(
        intercept=faults.either(
            faults.on("pageToken", lambda _: again),
            faults.edited(lambda page: page.update(nextPageToken="again")),
        )
    )
    with pytest.raises(RefusedError, match="same page token twice") as failed:
        list(itertools.islice(ask(registry).pages(ALL, 10), 5))
    assert (failed.value.exit_code, len(registry.requests)) == (3, 2)


@pytest.mark.parametrize("change", [{"studies": None}, {"studies": {}}, {"nextPageToken": ["a"]}])
def test_a_page_of_another_shape_is_no_answer(serve, ask, change):
    with pytest.raises(NoAnswerError, match="no list of studies, or a token"):
        list(ask(serve(intercept=faults.edited(lambda page: page.update(change)))).pages(ALL, 10))


def test_a_token_of_yesterdays_data_says_that_the_data_moved(serve, ask):
    registry = serve(night(25), faults.on("pageToken", faults.token_expired()))
    with pytest.raises(DataMovedError) as failed:
        list(ask(registry).pages(ALL, 10))
    assert (failed.value.exit_code, len(registry.requests)) == (3, 2)


def test_a_page_that_stumbles_is_asked_for_again_and_the_walk_goes_on(serve, ask, waits):
    registry = serve(night(25), faults.nth(1, faults.connection_reset_mid_body()))
    assert len(set(ids(ask(registry).pages(ALL, 10)))) == 25
    assert (len(registry.requests), waits) == (4, [2])


@pytest.mark.parametrize(("etags", "changes"), [("AAA", 0), ("ABB", 1), ("ABA", 2)])
def test_an_etag_that_changes_within_a_walk_is_counted_and_the_walk_goes_on(
    serve, ask, caplog, etags, changes
):
    """It names the build as well as the data, so it is a sign and no proof."""
    left = list(etags)

    def tagged(request):
        usual = request.usual()
        return Response(usual.status, {**usual.headers, "ETag": f'"{left.pop(0)}"'}, usual.body)

    asking = ask(serve(night(25), tagged))
    assert len(ids(asking.pages(ALL, 10))) == 25
    assert asking.traffic.etag_changes == changes
    assert caplog.text.count("ETag changed") == changes


# Length of URLs


def test_a_query_that_is_too_long_is_refused_before_anything_is_sent(serve, ask):
    registry = serve()
    query = {"query.cond": "liver", "query.intr": " OR ".join(['"stem cells"'] * 300)}
    with pytest.raises(
        QueryRejectedError, match=r"a URL of \d+ characters.*Shorten query\.intr, which makes \d+"
    ) as failed:
        list(ask(registry).pages(query, 10))
    assert failed.value.exit_code == 2
    assert registry.requests == []


def test_the_longest_query_keeps_every_url_of_its_walk_short_and_one_letter_more_is_refused(serve, ask):
    """Room is kept for the token, so a walk is not refused on its second page."""
    registry = serve(night(25))
    asking = ask(registry)
    frame = {"query.term": "ALL OR ", "format": "json", "pageSize": "10", "countTotal": "true"}
    room = LONGEST_URL - len(asking.address("/studies", frame | {"pageToken": "." * ROOM_FOR_TOKEN}))
    assert len(ids(asking.pages({"query.term": "ALL OR " + "x" * room}, 10))) == 25
    asked = len(registry.requests)
    assert LONGEST_URL - 300 < max(len(target) for _, target in registry.requests) < LONGEST_URL
    with pytest.raises(QueryRejectedError, match=r"Shorten query\.term"):
        list(asking.pages({"query.term": "ALL OR " + "x" * (room + 1)}, 10))
    assert len(registry.requests) == asked


def test_an_address_that_is_too_long_is_what_is_to_be_shortened(ask):
    with pytest.raises(QueryRejectedError, match="Shorten MSCWATCH_API_URL"):
        ask("http://127.0.0.1/" + "x" * LONGEST_URL).version()


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


# Version


@pytest.mark.parametrize(
    ("said", "stamp"),
    [
        ('"2026-08-14T09:00:05"', datetime(2026, 8, 14, 9, 0, 5)),
        ('"2026-08-14T09:00:05Z"', datetime(2026, 8, 14, 9, 0, 5)),
        ('"2026-08-14T11:00:05+02:00"', datetime(2026, 8, 14, 9, 0, 5)),
        ("null", None),
    ],
)
def test_the_data_timestamp_is_naive_utc(serve, ask, said, stamp):
    body = f'{{"apiVersion":"2.0.5","dataTimestamp":{said}}}'.encode()
    assert ask(serve(intercept=lambda _: Response(body=body))).version().data_timestamp == stamp


@pytest.mark.parametrize("said", ['"yesterday"', "5"])
def test_a_data_timestamp_that_is_no_date_is_no_answer(serve, ask, said):
    body = f'{{"apiVersion":"2.0.5","dataTimestamp":{said}}}'.encode()
    with pytest.raises(NoAnswerError, match="no date"):
        ask(serve(intercept=lambda _: Response(body=body))).version()


# Where a trial stands


def test_a_trial_that_is_still_there_comes_with_its_record_without_contacts(serve, ask):
    contacts = {"centralContacts": [{"name": "A person"}], "overallOfficials": []}
    shown = ask(serve(night(1, record(2, contactsLocationsModule=contacts)))).whereabouts("NCT00000002")
    assert (shown.place, shown.nct_id, shown.target) == (Place.HERE, "NCT00000002", None)
    assert shown.record["protocolSection"]["contactsLocationsModule"] == {"overallOfficials": []}


def test_a_withheld_trial_is_withheld(serve, ask):
    registry = serve(night(0, edited(record(2), set_status("WITHHELD"))))
    shown = ask(registry).whereabouts("NCT00000002")
    assert shown.place == Place.WITHHELD
    assert shown.record["protocolSection"]["statusModule"]["overallStatus"] == "WITHHELD"


def test_an_alias_is_forwarded_and_the_redirect_is_not_followed(serve, ask):
    registry = serve(night(3, NCT00000009="NCT00000002"))
    shown = ask(registry).whereabouts("NCT00000009")
    assert (shown.place, shown.target, shown.record) == (Place.FORWARDED, "NCT00000002", None)
    assert len(registry.requests) == 1


@pytest.mark.parametrize("code", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "/api/v2/studies/NCT00000002",
        "https://clinicaltrials.gov/api/v2/studies/nct2?format=json",
        "NCT00000002",
    ],
)
def test_a_redirect_may_be_absolute_or_relative(serve, ask, code, location):
    registry = serve(intercept=faults.status(code, headers={"Location": location}))
    assert ask(registry).whereabouts("NCT00000009").target == "NCT00000002"


def test_another_record_in_answer_to_an_id_is_forwarded(serve, ask):
    registry = serve(intercept=lambda _: Response(body=orjson.dumps(record(2))))
    shown = ask(registry).whereabouts("NCT00000009")
    assert (shown.place, shown.target) == (Place.FORWARDED, "NCT00000002")


def test_an_id_that_the_registry_does_not_know_is_gone(serve, ask):
    registry = serve()
    assert ask(registry).whereabouts("NCT00000009").place == Place.GONE
    assert len(registry.requests) == 1


NO_VERDICTS = {
    "a 404 of the edge": faults.status(404, "<html>not found</html>", html=True),
    "a 404 without a body": faults.status(404),
    "a 404 of a proxy": faults.status(404, "404 page not found"),
    "a 404 for another trial": faults.status(404, "NCT number NCT00000002 not found"),
    "a redirect to a maintenance page": faults.status(
        302, headers={"Location": "https://clinicaltrials.gov/maintenance?from=/studies/NCT00000002"}
    ),
    "a redirect to itself": faults.status(
        301, headers={"Location": "https://elsewhere.example/studies/NCT00000009"}
    ),
    "a redirect to nowhere": faults.status(301),
    "a record without an id": lambda _: Response(body=b'{"protocolSection":{}}'),
    "an overloaded registry": faults.status(503),
    "a refused client": faults.status(403, html=True),
    "a page in place of a record": faults.html_with_200(),
    "half a record": faults.truncated_json(),
}


@pytest.mark.parametrize("fault", NO_VERDICTS.values(), ids=NO_VERDICTS)
def test_a_fault_is_never_a_verdict(serve, ask, fault):
    registry = serve(night(9), fault)
    with pytest.raises(NoAnswerError):
        ask(registry).whereabouts("NCT00000009")


def test_a_trial_is_asked_for_with_patience(serve, ask, waits):
    registry = serve(intercept=faults.first(2, faults.status(503)))
    assert ask(registry).whereabouts("NCT00000009").place == Place.GONE
    assert waits == [2, 4]


@pytest.mark.parametrize(
    "text", ["", "NCT", "NCT00000000", "NCT123456789", "NCT00000001/history", "12345678"]
)
def test_what_is_no_nct_number_is_not_asked_for(serve, ask, text):
    registry = serve()
    with pytest.raises(ConfigError, match="no NCT number"):
        ask(registry).whereabouts(text)
    assert registry.requests == []


# Many trials


def test_many_trials_come_in_batches_whose_urls_are_short(serve, ask):
    wanted = [f"NCT{number:08}" for number in range(1, 451)]
    registry = serve(night(450))
    found = ask(registry).studies_by_id(wanted)
    assert list(found) == wanted
    assert all(one["protocolSection"]["identificationModule"]["nctId"] == name for name, one in found.items())
    assert len(registry.requests) == 3
    assert max(len(target) for _, target in registry.requests) < LONGEST_URL


def test_trials_come_under_the_ids_that_were_asked_for(serve, ask):
    merged = record(2)
    merged["protocolSection"]["identificationModule"]["nctIdAliases"] = ["NCT00000008", "NCT00000009"]
    found = ask(serve(night(1, merged))).studies_by_id(["NCT00000009", "nct2", "NCT00000001", "NCT00000009"])
    assert {
        asked: one["protocolSection"]["identificationModule"]["nctId"] for asked, one in found.items()
    } == {
        "NCT00000009": "NCT00000002",
        "nct2": "NCT00000002",
        "NCT00000001": "NCT00000001",
    }


def test_a_record_that_nobody_asked_for_is_left_out(serve, ask):
    registry = serve(night(1, NCT00000009="NCT00000001"))  # forwards, and its record does not say from where
    assert ask(registry).studies_by_id(["NCT00000009"]) == {}


def test_ids_that_are_missing_or_malformed_are_absent(serve, ask):
    registry = serve(night(3))
    found = ask(registry).studies_by_id(["NCT00000001", "NCT00000077", "NCT0", "no id", "NCT00000003"])
    assert list(found) == ["NCT00000001", "NCT00000003"]
    assert len(registry.requests) == 1


def test_no_ids_are_no_request(serve, ask):
    registry = serve()
    assert ask(registry).studies_by_id([]) == {}
    assert registry.requests == []


@pytest.mark.parametrize("code", [400, 414])
def test_a_refused_batch_is_halved_until_the_bad_ids_stand_alone(serve, ask, code):
    bad = {"NCT00000077", "NCT00000078"}

    def refuse(request):
        asked = request.query["filter.ids"].split("|")
        return faults.status(code, "no")(request) if bad & set(asked) else None

    registry = serve(night(40), refuse)
    wanted = [f"NCT{number:08}" for number in range(1, 41)]
    found = ask(registry).studies_by_id([*wanted[:20], *bad, *wanted[20:]])
    assert list(found) == wanted
    assert len(registry.requests) <= 4 * math.ceil(math.log2(42)) + 1


def test_data_that_move_are_not_taken_for_a_bad_id(serve, ask):
    with pytest.raises(DataMovedError):
        ask(serve(intercept=faults.token_expired())).studies_by_id(["NCT00000001", "NCT00000002"])


# Who asks


@responses.activate
@pytest.mark.parametrize(
    ("own", "contact", "words"),
    [
        ("", "", ("mscwatch/", "python-requests/")),
        ("", "a@b.example", ("mscwatch/", "(+mailto:a@b.example)", "python-requests/")),
        ("liver-desk/2", "a@b.example", ("liver-desk/2", "(+mailto:a@b.example)", "python-requests/")),
        ("liver-desk/2 python-requests/9.9", "", ("liver-desk/2 python-requests/9.9",)),
        ("not-python-requests", "", ("not-python-requests ", f"python-requests/{requests.__version__}")),
        ("  ", " a@b.example ", ("mscwatch/", "(+mailto:a@b.example)", "python-requests/")),
    ],
)
def test_contact_and_token_are_always_in_the_user_agent(ask, own, contact, words):
    responses.get("https://registry.example/api/v2/version", json={"apiVersion": "2.0.5"})
    ask("https://registry.example/api/v2", user_agent=user_agent(own, contact)).version()
    sent = responses.calls[0].request.headers["User-Agent"]
    assert all(word in sent for word in words)
    assert sent.count("python-requests/") == 1
    assert ("mailto:" in sent) == bool(contact)


@pytest.mark.parametrize("text", ["me\r\nX-Evil: 1", "me\n", "Łódź", "tab\there"])
def test_an_agent_that_a_header_cannot_carry_is_a_setting_to_correct(text):
    with pytest.raises(ConfigError, match="MSCWATCH_USER_AGENT"):
        user_agent(text)
    with pytest.raises(ConfigError, match="MSCWATCH_CONTACT"):
        user_agent("", text)


def test_a_client_that_is_given_such_an_agent_sends_nothing(serve, ask):
    registry = serve()
    with pytest.raises(ConfigError, match="Correct MSCWATCH_USER_AGENT"):
        ask(registry, user_agent="me\r\nX-Evil: 1").version()
    assert registry.requests == []
