"""`mscwatch mcp`: what its tools answer and refuse, and that the reference client understands it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import date
from math import inf, nan
from pathlib import Path

import pytest

from mscwatch.cli import mcp
from mscwatch.errors import ConfigError, MscwatchError, WarehouseError
from mscwatch.store import bounded
from mscwatch.store.bounded import Bounds, ask
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import EventKind

ROOT = Path(__file__).parents[1]


@pytest.fixture
def demo(demo_warehouse, monkeypatch):
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(demo_warehouse))
    return DataDir(demo_warehouse)


@pytest.mark.slow
def test_each_question_is_answered_with_what_it_is_about(demo):
    (event,) = mcp.events_since(date(2022, 10, 12), [EventKind.COMPLETED])["events"]
    assert event["nct_id"] == "NCT03254758"
    explained = mcp.explain(event["event_id"][:10])
    assert (explained["before"]["overall_status"], explained["after"]["overall_status"]) == (
        "RECRUITING",
        "COMPLETED",
    )
    assert explained["is_whole"]
    then = mcp.trial_as_of("nct03254758", date(2022, 10, 12))
    now = mcp.trial_as_of("NCT03254758", date(2022, 12, 31))
    assert [one["trial"]["overall_status"] for one in (then, now)] == ["RECRUITING", "COMPLETED"]
    why = mcp.why_relevant("NCT03254758")
    assert why["trial"]["relevance"] == "core"
    assert {row["what"] for row in why["therapy"]} >= {"cell_source", "route"}
    papers = mcp.papers_of_trial("NCT01220492")["papers"]
    assert all(row["grade"] for row in papers)
    assert papers
    table = mcp.living_table()
    assert table["relation"] == "living_table"
    places = [row["place"] for row in table["rows"]]
    assert places == list(range(1, len(places) + 1))
    assert {row["origin"] for row in table["rows"]} == {"review"}
    assert len(places) == 22
    assert mcp.tables("trials")["columns"][0]["name"] == "nct_id"
    assert "ctgov.studies" in {row["name"] for row in mcp.tables()["tables"]}
    answers = (explained, then, why, table)
    assert all(one["about"]["data_timestamp"].startswith("2022-10-14 09:00") for one in answers)
    json.dumps(answers, allow_nan=False)


@pytest.mark.parametrize(
    ("ask_for", "words"),
    [
        (lambda: mcp.explain("NCT03254758"), "is the number of a trial"),
        (lambda: mcp.trial_as_of("NCT03254758", date(1999, 1, 1)), "Nothing is known of 1999-01-01"),
        (lambda: mcp.trial_as_of("NCT'; DROP", date(2999, 1, 1)), "No record of NCT'; DROP"),
        (lambda: mcp.why_relevant("NCT09999999"), "never seen NCT09999999"),
        (lambda: mcp.tables("nothing"), "no table or view 'nothing'"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(demo, ask_for, words):
    with pytest.raises(MscwatchError) as error:
        ask_for()
    assert words in str(error.value)


def test_a_hidden_character_never_reaches_the_client_and_a_cut_is_told():
    answer = mcp._answer(
        {}, rows=[{"title": "a\u202eb\x1b[2J", "long": "x" * 9_000}], one={"n": float("nan")}
    )
    assert answer["rows"][0]["title"].isprintable()
    assert len(answer["rows"][0]["long"]) == mcp.BOUNDS.cell + 1
    assert not answer["is_whole"]
    assert answer["one"] == {"n": "nan"}
    assert not mcp._answer({}, rows=[{}] * (mcp.BOUNDS.rows + 1))["is_whole"]
    long = mcp._answer({}, rows=[{"text": "x" * 3_000}] * 100)
    assert (30 < len(long["rows"]) < 35, long["is_whole"]) == (True, False)


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ([nan, {"x": inf}], 99, (["nan", {"x": "inf"}], False)),  # JSON has neither
        (-inf, 9, ("-inf", False)),
        (2**120, 9, (2**120, False)),  # a number is never cut
        ([True, None, 1.5], 99, ([True, None, 1.5], False)),
        (date(2026, 1, 31), 9, ("2026-01-31", False)),
        (b"\x00", 99, (str(b"\x00"), False)),
        ("1234567890", 9, ("123456789…", True)),
        (["1234567890"], 9, ('["1234567…', True)),
    ],
)
def test_a_value_is_cut_to_what_json_takes(value, limit, shown):
    assert bounded.cut(value, limit) == shown


def test_a_query_is_answered_within_its_bounds(demo):
    answer = ask(
        demo,
        "SELECT nct_id, conditions, MAP {first_seen_at: 'nan'::DOUBLE}, {'n': 1} FROM trials ORDER BY nct_id",
        Bounds(rows=2),
    )
    assert (answer.columns[0], len(answer.rows), answer.is_whole) == ("nct_id", 2, False)
    assert isinstance(answer.rows[0][1], list)
    assert answer.rows[0][3] == {"n": 1}


# What the process of `ask` does, but in this one: a process costs a second.
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("FROM read_text('/etc/passwd')", "file system operations are disabled"),
        ("FROM '/etc/passwd'", "does not exist"),
        ("FROM demo", "does not exist"),  # no variable of Python
        ("LOAD httpfs", "one query that reads"),
        ("ATTACH '/tmp/other.duckdb'", "one query that reads"),
        ("COPY trials TO '/tmp/out.csv'", "one query that reads"),
        ("SET memory_limit = '9GB'", "one query that reads"),
        ("CREATE TEMP TABLE t AS SELECT 1", "one query that reads"),
        ("SELECT 1; SELECT 2", "one query that reads"),
        ("-- nothing", "one query that reads"),
        ("SELECT nothing FROM trials", "nothing"),
        ("FROM range(100_000_000) ORDER BY random()", "Out of Memory"),
    ],
)
def test_a_query_that_reaches_for_more_is_refused(two_nights, query, words):
    with pytest.raises(ConfigError, match=words):
        bounded._answer(two_nights.data_dir, query, Bounds(memory=60))


def test_what_a_query_may_take_ends(two_nights):
    answer = bounded._answer(
        two_nights.data_dir, "SELECT repeat('x', 500) FROM range(9)", Bounds(letters=1_200)
    )
    assert (len(answer.rows), answer.is_whole) == (2, False)
    answer = bounded._answer(two_nights.data_dir, "SELECT repeat('x', 500), range(200)", Bounds(cell=100))
    assert ([len(cell) for cell in answer.rows[0]], answer.is_whole) == ([101, 101], False)


def test_a_query_without_end_is_ended(demo):
    endless = "SELECT sum(range % 7) FROM range(1_000_000_000_000_000)"  # takes no memory
    with pytest.raises(ConfigError, match=r"did not end within 1\.5 seconds"):
        ask(demo, endless, Bounds(seconds=1.5))


def test_without_a_warehouse_nothing_is_started(tmp_path):
    with pytest.raises(WarehouseError, match="no warehouse"):
        ask(DataDir(tmp_path), "SELECT 1", Bounds())


def test_the_command_without_its_package_says_which_extra(mscwatch, monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    done = mscwatch("mcp")
    assert (done.returncode, "pip install 'mscwatch[mcp]'" in done.stderr) == (2, True)


async def converse(data_dir):
    """Five questions of the reference client, and one that fails; what it is told of the tools, and the answers."""
    from mcp import Client, StdioServerParameters, stdio_client  # noqa: PLC0415  an extra

    environment = {**os.environ, "MSCWATCH_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT)}
    started = StdioServerParameters(command=sys.executable, args=["-m", "mscwatch", "mcp"], env=environment)
    questions = (
        ("events_since", {"since": "2022-10-12", "kinds": ["completed"]}),
        ("trial_as_of", {"nct_id": "NCT03254758", "day": "2022-10-12"}),
        ("why_relevant", {"nct_id": "NCT03254758"}),
        ("living_table", {}),
        ("sql", {"query": "SELECT count(*) AS trials FROM studies"}),
        ("sql", {"query": "DROP TABLE trials"}),
    )
    async with Client(stdio_client(started)) as client:
        tools = (await client.list_tools()).tools
        return tools, [await client.call_tool(name, arguments) for name, arguments in questions]


@pytest.mark.slow
def test_the_reference_client_is_answered(demo_warehouse):
    pytest.importorskip("mcp.client.stdio", reason="the package mcp is not installed (the extra mcp)")
    tools, answers = asyncio.run(converse(demo_warehouse))
    assert [tool.name for tool in tools] == [tool.__name__ for tool in mcp.TOOLS]
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)
    given = {name: one for tool in tools for name, one in tool.input_schema["properties"].items()}
    assert all(one.get("description") for one in given.values())
    *good, bad = answers
    assert [answer.is_error for answer in good] == [False] * 5
    told = [answer.structured_content for answer in good]
    assert told[0]["events"][0]["nct_id"] == "NCT03254758"
    assert told[1]["trial"]["overall_status"] == "RECRUITING"
    assert told[2]["trial"]["relevance"] == "core"
    assert len(told[3]["rows"]) >= 22
    assert (told[4]["columns"], told[4]["is_whole"]) == (["trials"], True)
    assert bad.is_error
    assert "one query that reads" in bad.content[0].text
