"""A warehouse that an earlier mscwatch made (commit 8b5e0a4, schema 7, three nights) opens, keeps all, and goes on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import zstandard

from mscwatch.channels.secrets import masked_address
from mscwatch.cli import mcp
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.store import queries, schema, sql, working
from mscwatch.store.data_dir import DataDir
from support.command import run_here

MADE = Path(__file__).with_name("fixtures") / "schema_7.duckdb.zst"
LAST_DATA, LATER_DATA = "2022-10-10T09:00:05", "2022-10-11T09:00:05"
# What nights wrote and an upgrade must not touch. Derived tables may be made anew.
WRITTEN = (
    "runs",
    "events",
    "versions",
    "changes",
    "deliveries",
    "notices",
    "issues",
    "watched",
    "fingerprints",
)


@pytest.fixture
def earlier(tmp_path):
    """The data directory as the earlier mscwatch left it: working and published file, and the hash beside it."""
    data_dir = DataDir(tmp_path / "data")
    data_dir.prepare()
    content = zstandard.ZstdDecompressor().decompress(MADE.read_bytes(), max_output_size=1 << 26)
    data_dir.working.write_bytes(content)
    data_dir.published.write_bytes(content)
    data_dir.published_hash.write_text(f"{hashlib.sha256(content).hexdigest()}  mscwatch.duckdb\n")
    return data_dir


def written(path):
    """Every row that nights wrote, by table."""
    with duckdb.connect(str(path), read_only=True) as con:
        return {table: con.execute(f"FROM main.{table} ORDER BY ALL").fetchall() for table in WRITTEN}


def records(data_dir):
    """The records that the last night saw, as the registry would show them again."""
    with duckdb.connect(str(data_dir.working), read_only=True) as con:
        texts = con.execute(
            "SELECT record FROM versions JOIN watched USING (nct_id) WHERE valid_to IS NULL AND in_watch"
        ).fetchall()
    found = [json.loads(text) for (text,) in texts]
    return {one["protocolSection"]["identificationModule"]["nctId"]: one for one in found}


def night(order, data_dir, stamp, shown):
    with Replica([Snapshot(stamp, shown)]) as registry:
        chosen = order(registry.url, data_dir=data_dir.path, jsonl_file="news.jsonl")
        result = run_watch(replace(chosen, clock=lambda: datetime.fromisoformat(stamp) + timedelta(hours=7)))
    assert result.error is None, result.error
    return result


@pytest.mark.slow
def test_opening_keeps_every_row(earlier):
    before = written(earlier.working)
    assert {len(rows) for table, rows in before.items() if table != "issues"} > {3, 4, 6, 7}
    with working.open_warehouse(earlier) as con:
        assert sql.meta(con, "schema_version") == str(schema.newest_schema())
    after = written(earlier.working)
    with duckdb.connect(str(earlier.working), read_only=True) as con:
        for table, rows in before.items():
            width = len(rows[0]) if rows else 0  # a later schema may add columns, at the end
            assert [row[:width] for row in after[table]] == rows, table


@pytest.mark.slow
def test_the_same_data_are_no_news_and_the_watch_is_not_taken_for_edited(earlier, order):
    before = written(earlier.working)
    result = night(order, earlier, LAST_DATA, records(earlier))
    assert result.outcome == "unchanged"
    assert written(earlier.working)["events"] == before["events"]


def test_the_next_night_goes_on_with_what_changed_since(earlier, order):
    known = {row[0] for row in written(earlier.working)["events"]}
    shown = records(earlier)
    shown["NCT00000004"]["protocolSection"]["statusModule"]["overallStatus"] = "TERMINATED"
    result = night(order, earlier, LATER_DATA, shown)
    assert (result.outcome, dict(result.events)) == ("published", {"terminated": 1})
    after = written(earlier.published)
    assert len(after["runs"]) == 4
    assert known < {row[0] for row in after["events"]}
    told = [json.loads(line) for line in Path("news.jsonl").read_text().splitlines()]
    assert [one["kind"] for one in told] == ["terminated"]


@pytest.mark.slow
def test_the_first_run_may_publish_though_nothing_is_new_and_the_second_does_not(earlier, order):
    shown = records(earlier)
    night(order, earlier, LAST_DATA, shown)
    published = earlier.published.read_bytes()
    night(order, earlier, LAST_DATA, shown)
    assert earlier.published.read_bytes() == published


@pytest.mark.slow
def test_what_other_rules_made_of_the_records_is_made_anew_without_events(earlier, order):
    with duckdb.connect(str(earlier.working)) as con:
        con.execute("UPDATE watched SET relevance = 'adjacent', relevance_reason = 'as other rules said'")
        events = con.execute("SELECT count(*) FROM events").fetchall()
    assert night(order, earlier, LAST_DATA, records(earlier)).outcome == "unchanged"
    with duckdb.connect(str(earlier.working), read_only=True) as con:
        assert con.execute("SELECT DISTINCT relevance FROM watched").fetchall() == [("core",)]
        assert con.execute("SELECT count(*) FROM events").fetchall() == events


@pytest.mark.slow
def test_an_upgraded_file_holds_no_mail_address_not_even_in_a_free_block(earlier, order):
    person = "anne.hathaway@example.org"
    with duckdb.connect(str(earlier.working)) as con:
        con.execute(
            "UPDATE deliveries SET channel = 'email', recipient = ?, error = 'refuses ' || ?", [person] * 2
        )
        con.execute(
            "INSERT INTO notices SELECT 'n', run_id, 'channel_off', ? FROM runs LIMIT 1", [f"to {person}: no"]
        )
    assert person.encode() in earlier.working.read_bytes()
    assert night(order, earlier, LAST_DATA, records(earlier)).outcome == "unchanged"
    masked = masked_address(person)
    for file in (earlier.working, earlier.published):
        assert b"hathaway" not in file.read_bytes()
        with duckdb.connect(str(file), read_only=True) as con:
            told = con.execute(
                "SELECT DISTINCT recipient, error FROM deliveries WHERE channel = 'email'"
            ).fetchall()
            noted = con.execute("SELECT summary FROM notices WHERE notice_id = 'n'").fetchall()
        assert (told, noted) == ([(masked, f"refuses {masked}")], [(f"to {masked}: no",)])


def test_a_file_that_no_run_has_migrated_yet_still_shows_its_nights(earlier):
    with queries.open_newest(earlier) as con:
        nights = queries.nights(con, 2)
        good = queries.last_good_night(con)
    assert [one["outcome"] for one in nights] == ["published", "published"]
    assert good["run_id"] == nights[0]["run_id"] == "20221010T153000000000-dcaf"


def test_nights_are_numbered_in_the_order_of_their_times(earlier):
    with working.open_warehouse(earlier) as con:
        numbered = con.execute("SELECT night_no FROM runs ORDER BY started_at").fetchall()
    assert numbered == [(1,), (2,), (3,)]


def test_a_question_to_a_file_of_an_earlier_version_says_what_to_do(earlier):
    for words in (["papers"], ["table"], ["links"]):
        done = run_here(words, {"MSCWATCH_DATA_DIR": str(earlier.path)})
        assert (done.returncode, "`mscwatch run` brings it up to date" in done.stderr) == (1, True), done


def test_a_client_of_a_language_model_is_told_what_to_do_before_the_next_night(earlier, monkeypatch):
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(earlier.path))
    with pytest.raises(RuntimeError, match=r"of an earlier mscwatch\. `mscwatch run` brings"):
        mcp._with_errors_told(mcp.living_table, RuntimeError)()
    with pytest.raises(ZeroDivisionError):  # a bug stays one
        mcp._with_errors_told(lambda: 1 / 0, RuntimeError)()
