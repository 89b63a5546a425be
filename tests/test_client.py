"""The client against a real HTTP server: walks, versions, and who it says it is."""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest
import requests
import responses

from mscwatch.errors import ConfigError, NoAnswerError, QueryRejectedError, RefusedError
from mscwatch.registry.client import ROOM_FOR_TOKEN, user_agent
from mscwatch.registry.http import LONGEST_URL
from mscwatch.registry.responses import DataMovedError
from mscwatch.replica import Response
from support import faults
from support.asking import ALL, ids
from support.snapshots import night

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

    registry = serve(night(15), faults.edited_answer(empty_first))
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
            faults.edited_answer(lambda page: page.update(nextPageToken="again")),
        )
    )
    with pytest.raises(RefusedError, match="same page token twice") as failed:
        list(itertools.islice(ask(registry).pages(ALL, 10), 5))
    assert (failed.value.exit_code, len(registry.requests)) == (3, 2)


@pytest.mark.parametrize("change", [{"studies": None}, {"studies": {}}, {"nextPageToken": ["a"]}])
def test_a_page_of_another_shape_is_no_answer(serve, ask, change):
    with pytest.raises(NoAnswerError, match="no list of studies, or a token"):
        list(ask(serve(intercept=faults.edited_answer(lambda page: page.update(change)))).pages(ALL, 10))


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
def test_an_etag_that_changes_within_a_walk_is_logged_and_the_walk_goes_on(
    serve, ask, caplog, etags, changes
):
    """It names the build as well as the data, so it is a sign and no proof."""
    left = list(etags)

    def tagged(request):
        usual = request.usual()
        return Response(usual.status, {**usual.headers, "ETag": f'"{left.pop(0)}"'}, usual.body)

    assert len(ids(ask(serve(night(25), tagged)).pages(ALL, 10))) == 25
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


# Who asks


@responses.activate
@pytest.mark.parametrize(
    ("own", "contact", "words"),
    [
        ("", "", ("(mscwatch/", "python-requests/")),
        ("", "a@b.example", ("(mscwatch/", "; +mailto:a@b.example)", "python-requests/")),
        ("liver-desk/2", "a@b.example", ("liver-desk/2", "(+mailto:a@b.example)", "python-requests/")),
        ("liver-desk/2 python-requests/9.9", "", ("liver-desk/2 python-requests/9.9",)),
        ("not-python-requests", "", (f"python-requests/{requests.__version__} not-python-requests",)),
        ("  ", " a@b.example ", ("(mscwatch/", "; +mailto:a@b.example)", "python-requests/")),
    ],
)
def test_contact_and_token_are_always_in_the_user_agent(ask, own, contact, words):
    responses.get("https://registry.example/api/v2/version", json={"apiVersion": "2.0.5"})
    ask("https://registry.example/api/v2", user_agent=user_agent(own, contact)).version()
    sent = responses.calls[0].request.headers["User-Agent"]
    assert all(word in sent for word in words)
    assert sent.count("python-requests/") == 1
    assert sent.startswith("python-requests/") or "python-requests/" in own
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
