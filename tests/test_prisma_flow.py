"""The flow of PRISMA 2020: its numbers add up, and its picture shows them and nothing that a text would smuggle in."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET

import pytest

from mscwatch.review.prisma import MOST_LINES, svg
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.export import ExportFormat, export_tables

HOSTILE = "off: </text><script>alert(1)</script> & \x1b[31m\u202eliver"


def row(part, stage, label, n):
    return {"part": part, "stage": stage, "label": label, "n": n}


def texts(picture):
    return [
        "".join(one.itertext()).strip() for one in ET.fromstring(picture).iter() if one.tag.endswith("text")
    ]


@pytest.fixture(scope="module")
def flow(demo_warehouse):
    with queries.open_published(DataDir(demo_warehouse)) as con:
        rows = con.execute("SELECT part, stage, sum(n)::BIGINT FROM prisma_flow GROUP BY ALL").fetchall()
    return {(part, stage): n for part, stage, n in rows}


@pytest.mark.parametrize("part", ["registrations", "reports"])
def test_what_is_screened_is_excluded_undecided_or_included_and_counted_once(flow, part):
    assert flow[part, "screened"] > 0
    assert flow[part, "screened"] == sum(
        flow.get((part, stage), 0) for stage in ("excluded", "undecided", "included")
    )
    assert flow[part, "identified"] - flow.get((part, "duplicates"), 0) == flow[part, "screened"]


def test_the_export_has_the_picture_the_numbers_and_the_living_table(demo_warehouse, tmp_path, flow):
    export_tables(DataDir(demo_warehouse), tmp_path / "out", ExportFormat.PRISMA)
    shown = texts((tmp_path / "out/main/prisma.svg").read_text("utf-8"))
    assert f"Screened (n = {flow['registrations', 'screened']})" in shown
    with (tmp_path / "out/main/prisma_flow.csv").open(encoding="utf-8") as file:
        assert {line["part"] for line in csv.DictReader(file)} == {"registrations", "reports"}
    assert (tmp_path / "out/main/living_table.csv").exists()


def test_no_reason_becomes_markup():
    picture = svg([row("registrations", "screened", None, 1), row("registrations", "excluded", HOSTILE, 1)])
    assert not [one for one in ET.fromstring(picture).iter() if one.tag.endswith("script")]
    assert "\x1b" not in picture
    assert "\u202e" not in picture
    assert "Excluded (n = 1)" in texts(picture)


def test_reasons_beyond_the_room_of_a_box_are_added_up():
    many = [row("reports", "excluded", f"reason {number}", 2) for number in range(MOST_LINES + 3)]
    shown = texts(svg([row("reports", "screened", None, 22), *many]))
    assert "3 other reasons (6)" in shown
    assert f"Excluded (n = {2 * len(many)})" in shown


def test_a_flow_without_reports_is_drawn_all_the_same():
    assert "Reports (papers)" in texts(svg([row("registrations", "screened", None, 1)]))
