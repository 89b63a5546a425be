"""The registry's own history speaks HTML where the API has markdown: the same matter is one version, not two."""

from __future__ import annotations

import copy
import time
from datetime import date, datetime

import pytest

from mscwatch.changes import diff
from mscwatch.changes.backfill import FirstVersion, backfill, matter
from mscwatch.model import HistoryVersion
from mscwatch.pipeline.backfill import read_histories
from mscwatch.pipeline.run import run_watch
from mscwatch.record import without_contacts
from mscwatch.registry.history_text import as_markdown
from mscwatch.replica import Replica
from support.histories import as_told, history_of, line, submitted
from support.history_html import as_html
from support.records import edited, put, seen, set_status
from support.snapshots import night_at
from support.warehouse import rows

CRITERIA = (
    "Inclusion Criteria:\n\n* Age \\> 18 years & HBV/HCV\n* MELD \\<= 25\n\n  1. Child-Pugh B\n  2. it's stable\n\n"
    "Exclusion Criteria:\n\n1. Pregnancy\n2. H2O\\_test"
)
NIGHT = datetime(2022, 10, 6, 9, 0, 5)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One &amp; two</p>\n<p>Three</p>", "One & two\n\nThree"),
        (
            "<p>Criteria:</p><ul>\n<li>A &gt; 5</li>\n<li\n>HBV&#x2F;HCV</li\n></ul><p>End</p>",
            "Criteria:\n\n* A > 5\n* HBV/HCV\n\nEnd",
        ),
        ("<ol><li>One<ul><li>deep</li></ul></li><li><p>Two</p></li></ol>", "1. One\n  * deep\n2. Two"),
        ("<p>one<br>two<br/>three\n  four</p>", "one\ntwo\nthree four"),
        ("<p>H<sub>2</sub>O and <b>bold</b> <i>words</i></p>", "H2O and bold words"),
        ("<p>Doses:\n- low\n- high\n2. last</p>", "Doses:\n- low\n- high\n2. last"),
        ("Wharton&#x27;s jelly, age <18 and >5", "Wharton's jelly, age <18 and >5"),
        ("&lt;p&gt; is no tag", "<p> is no tag"),
        ("two\n\n* lines\n* of markdown", "two\n\n* lines\n* of markdown"),
        ("", ""),
    ],
)
def test_html_becomes_the_markdown_of_the_api(html, markdown):
    assert as_markdown(html) == markdown


@pytest.mark.parametrize("text", ["<ul>" * 20_000 + "<li>" * 20_000, "<p " * 100_000, "</ul><li>x" * 20_000])
def test_a_hostile_text_costs_no_more_than_its_length(text):
    def took(given):
        begun = time.process_time()
        as_markdown(given)
        return time.process_time() - begun

    assert took(text) < 8 * max(took(text[: len(text) // 2]), 0.05)


def told_in_html(versions):
    return [as_markdown(as_html(version)) for version in as_told(versions)]


def past(told, shown):
    days = [
        date.fromisoformat(one["protocolSection"]["statusModule"]["lastUpdateSubmitDate"]) for one in told
    ]
    versions = [
        HistoryVersion(number, day, one) for number, (day, one) in enumerate(zip(days, told, strict=True))
    ]
    return backfill(versions, FirstVersion("run", NIGHT, seen(shown)))


def with_criteria(*edits):
    """The story of a trial whose criteria hold all that markdown and HTML write differently."""
    criteria = put("protocolSection.eligibilityModule.eligibilityCriteria", CRITERIA)
    return line(
        (submitted("2018-03-01", "2018-03-05"), set_status("NOT_YET_RECRUITING"), criteria),
        (submitted("2019-05-02", "2019-05-06"), set_status("RECRUITING")),
        *edits,
    )


def test_the_content_of_the_first_night_is_one_version_though_its_history_is_html():
    versions = with_criteria()
    found = past(told_in_html(versions), versions[-1])
    assert [one.number for one in found.versions] == [0]
    assert found.first_valid_from == datetime(2019, 5, 6)
    assert {change.path.rpartition(".")[2] for change in found.changes if change.is_material} == {
        "lastUpdateSubmitDate", "date", "overallStatus",
    }  # fmt: skip
    assert [event.kind for event, _ in found.events] == ["status_changed"]


def test_what_really_changed_in_a_text_is_still_seen():
    changed = put("protocolSection.eligibilityModule.eligibilityCriteria", CRITERIA.replace("25", "20"))
    versions = with_criteria((submitted("2020-01-01", "2020-01-03"), changed))
    found = past(told_in_html(versions), versions[-1])
    assert [one.number for one in found.versions] == [0, 1]
    assert "protocolSection.eligibilityModule.eligibilityCriteria" in {
        change.path for change in found.changes if change.is_material and change.to_version == 1
    }


def test_what_the_registry_did_by_itself_is_compared_with_html_as_the_same_matter():
    versions = with_criteria()
    found = past(told_in_html(versions), edited(versions[-1], set_status("UNKNOWN")))
    assert [one.number for one in found.versions] == [0, 1]
    assert [change.path for change in found.changes if change.is_material and change.to_version == 1] == [
        "protocolSection.statusModule.overallStatus"
    ]


@pytest.mark.slow
def test_the_warehouse_holds_one_version_of_one_content_and_no_html(order):
    versions = with_criteria()
    histories = {"NCT00000001": as_told(versions)}
    with Replica([night_at(NIGHT, versions[-1])], intercept=history_of(histories)) as registry:
        tonight = order(registry.url)
        assert run_watch(tonight).error is None
        read_histories(tonight)
    stored = rows(tonight, "SELECT version_no, CAST(record AS VARCHAR) FROM versions ORDER BY ALL")
    assert [number for number, _ in stored] == [0, 1]
    assert not [text for _, text in stored if "<li" in text or "&#x" in text or "&gt;" in text]


@pytest.mark.slow
def test_every_real_record_is_the_same_matter_in_html(real_records):
    differing = {}
    for study in real_records:
        told = {"protocolSection": without_contacts(copy.deepcopy(study))["protocolSection"]}
        if found := [
            difference.path
            for difference in diff.differences(as_markdown(as_html(told)), told, matter)
            if difference.is_material
        ]:
            differing[study["protocolSection"]["identificationModule"]["nctId"]] = found
    assert differing == {}


def test_two_texts_of_other_words_are_not_the_same_matter():
    assert matter("* Age \\> 18") == matter("Age > 18")
    assert matter("Age > 18") != matter("Age > 19")
    assert matter("day -7") != matter("day 7")
