"""The page's table of trials in a real browser: search, filters, order, and what is saved of it."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
import rispy

from mscwatch.report import render_page
from mscwatch.report.words import label
from mscwatch.screening import relevance
from support.reported import COUNTRY, HOSTILE, SPONSOR, TITLE, nights

pytest_plugins = "support.browser"
pytestmark = pytest.mark.slow
ROWS = "#table tbody tr:not([hidden])"


def shown(tab, count):
    """Wait until the table shows so many rows. (The page forbids what `wait_for_function` does.)"""
    tab.locator(ROWS).nth(count - 1).wait_for(state="attached")
    tab.locator(ROWS).nth(count).wait_for(state="detached")


def ids(tab):
    return tab.eval_on_selector_all(ROWS, "rows => rows.map((row) => row.dataset.id)")


def test_the_trials_are_those_that_the_rules_call_core(show):
    last = nights()[-1].records
    core = {id_ for id_, one in last.items() if relevance.read(one, "msc-liver").relevance == "core"}
    tab = show()
    assert set(ids(tab)) == core
    assert tab.text_content("#shown") == f"{len(core)} of {len(core)} trials"
    assert tab.text_content(".tiles button") == str(len(core))


def test_filters_stand_in_the_address_and_what_is_left_is_saved(show, answered):
    tab = show(accept_downloads=True)
    completed = {row["nct_id"] for row in answered["trials"].rows if row["overall_status"] == "COMPLETED"}
    tab.select_option("[data-filter=status]", label("COMPLETED"))
    shown(tab, len(completed))
    assert "?status=Completed" in tab.url
    tab.goto(tab.url)
    shown(tab, len(completed))
    with tab.expect_download() as csv_file:
        tab.click("#save-csv")
    text = csv_file.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["id"] for row in rows} == completed
    assert rows[0]["url"] == f"https://clinicaltrials.gov/study/{rows[0]['id']}"
    with tab.expect_download() as ris_file:
        tab.click("#save-ris")
    references = rispy.loads(ris_file.value.path().read_text("utf-8"))
    assert {one["id"] for one in references if one["type_of_reference"] == "ELEC"} == completed
    papers = {
        p["pmid"] for row in answered["trials"].rows if row["nct_id"] in completed for p in row["papers"]
    }
    assert papers
    assert {one["id"] for one in references if one["type_of_reference"] == "JOUR"} == papers


def test_a_formula_is_text_and_a_paper_without_a_number_no_reference(show, answered, facts, tmp_path):
    odd = {"brief_title": "=HYPERLINK(1)", "papers": [{"pmid": None, "doi": None, "year": 2020}]}
    rows = tuple({**row, **odd} for row in answered["trials"].rows)
    path = tmp_path / "formula.html"
    page = render_page(facts, answered | {"trials": replace(answered["trials"], rows=rows)})
    path.write_text(page, encoding="utf-8")
    tab = show(path, accept_downloads=True)
    with tab.expect_download() as file:
        tab.click("#save-csv")
    saved = file.value.path().read_text("utf-8-sig").splitlines()
    assert {row["title"] for row in csv.DictReader(saved)} == {"'=HYPERLINK(1)"}
    with tab.expect_download() as file:
        tab.click("#save-ris")
    assert "TY  - JOUR" not in file.value.path().read_text("utf-8")


def test_filters_and_search_narrow_the_table_and_the_timelines(show, answered):
    tab = show()
    rows = answered["trials"].rows
    completed = {row["nct_id"] for row in rows if row["overall_status"] == "COMPLETED"}
    tab.select_option("[data-filter=status]", label("COMPLETED"))
    shown(tab, len(completed))
    assert set(ids(tab)) == completed
    assert (
        set(
            tab.eval_on_selector_all(
                "#times [data-mark='y-axis tick label'] text",
                "all => all.map((one) => one.textContent.slice(0, 11))",
            )
        )
        == completed
    )
    tab.fill("#search", "bone marrow")
    narrower = {
        row["nct_id"] for row in rows if row["nct_id"] in completed and "bone_marrow" in row["cell_source"]
    }
    tab.locator(ROWS).nth(len(completed) - 1).wait_for(state="detached")
    assert narrower <= set(ids(tab)) < completed
    tab.click("button[type=reset]")
    shown(tab, len(rows))


def test_sorting_by_number_is_by_number_both_ways_and_what_is_not_stated_comes_last(show, answered):
    tab = show()
    sizes = {row["nct_id"]: row["enrollment"] for row in answered["trials"].rows}
    known = sorted(size for size in sizes.values() if size is not None)
    for direction, expected in (("ascending", known), ("descending", known[::-1])):
        tab.click("#table thead th:nth-child(4) button")
        assert tab.get_attribute("#table thead th:nth-child(4)", "aria-sort") == direction
        assert [sizes[one] for one in ids(tab)][: len(known)] == expected
    doses = {row["nct_id"]: row["dose_low"] for row in answered["trials"].rows}
    tab.click("#table thead th:nth-child(8) button")
    stated = [doses[one] is not None for one in ids(tab)]
    assert stated == sorted(stated, reverse=True)


def test_hostile_words_are_read_not_run(show):
    tab = show()
    row = tab.locator(f"tr[data-id={HOSTILE}]")
    assert row.locator("th > span").text_content() == TITLE
    assert row.locator("th > small").text_content() == SPONSOR
    assert COUNTRY in row.locator("td[data-label=Countries]").text_content()
    tab.select_option("[data-filter=countries]", COUNTRY)
    shown(tab, 1)
    row.hover()
    assert f"Not on this map: {COUNTRY} 1." in tab.text_content("[data-chart=map]")
    assert not tab.evaluate("window.broken")


def test_many_trials_are_shown_in_part_until_somebody_wants_all(show, facts, answered, tmp_path):
    rows = answered["trials"].rows
    many = tuple({**rows[n % len(rows)], "nct_id": f"NCT{n:08}"} for n in range(400))
    path = tmp_path / "many.html"
    path.write_text(
        render_page(facts, answered | {"trials": replace(answered["trials"], rows=many)}), encoding="utf-8"
    )
    tab = show(path)
    assert len(ids(tab)) == 250
    assert "The first 120 of 250 trials" in tab.text_content("#times-note")
    tab.click("text=Show all 400 trials")
    assert len(ids(tab)) == 400
