"""The report as people see it: in a real browser, from the disk, without a network."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import duckdb
import pytest

from mscwatch.report import render_page
from mscwatch.report.words import label
from mscwatch.screening import relevance
from mscwatch.store import report
from mscwatch.store.data_dir import DataDir
from support.reported import COUNTRY, HOSTILE, SPONSOR, TITLE, nights

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ROWS = "#table tbody tr:not([hidden])"


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if BROWSER is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def answers(reported_warehouse):
    return report.read_answers(DataDir(reported_warehouse))[1]


@pytest.fixture
def show(chromium, reported_warehouse):
    """Open a page (the night's own, unless told) and see to it that it neither complains nor asks anybody anything."""
    complaints, opened = [], []

    def seen(path=None, *, width=1280, script=True, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script, **options
        )
        opened.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        address = (path or DataDir(reported_warehouse).report).as_uri()
        tab.on("request", lambda request: request.url == address or complaints.append(request.url))
        tab.goto(address)
        if script:
            tab.wait_for_selector("#times svg")
        return tab

    yield seen
    for context in opened:
        context.close()
    assert complaints == []


def shown(tab, count):
    """Wait until the table shows so many rows. (The page forbids what `wait_for_function` does.)"""
    tab.locator(ROWS).nth(count - 1).wait_for(state="attached")
    tab.locator(ROWS).nth(count).wait_for(state="detached")


def ids(tab):
    return tab.eval_on_selector_all(ROWS, "rows => rows.map((row) => row.dataset.id)")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_opens_from_the_disk_without_a_complaint_a_request_or_a_sideways_scroll(show, width, scheme):
    tab = show(width=width, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"
    assert dark == (scheme == "dark")
    drawn = tab.eval_on_selector_all(
        "[data-chart]", "all => all.map((one) => one.querySelectorAll('svg[role=img]').length)"
    )
    assert len(drawn) == 10
    assert all(drawn), drawn
    assert not tab.evaluate("window.broken")


def test_every_number_of_a_chart_and_of_its_table_is_the_warehouses(show, answers):
    tab = show()
    figures = tab.eval_on_selector_all(
        "[data-chart=bars], [data-chart=years], [data-chart=map]",
        """all => all.map((one) => ({
          query: one.querySelector('.query-of').getAttribute('popovertarget').replace('query-', ''),
          title: one.querySelector('h3').textContent,
          labels: one.dataset.chart !== 'bars' ? [] : [...one.querySelectorAll('svg [aria-label=text] text')].map((text) => text.textContent),
          rows: [...one.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.dataset.value ?? cell.textContent)),
        }))""",
    )
    assert len(figures) == 8
    numbers = ("published", "at_review", "today", "trials", "open")
    written = {"figures": [], "status": [], "years": [], "countries": []}
    for figure in figures:
        for row in figure["rows"]:
            written[figure["query"]].append([int(cell) for cell in row[1:] if cell.isdigit()])
        if figure["labels"]:
            assert sorted(map(int, figure["labels"])) == sorted(
                number for row in figure["rows"] for number in map(int, filter(str.isdigit, row[1:]))
            ), figure["title"]
    for name, rows in written.items():
        expected = [
            [row[column] for column in numbers if row.get(column) is not None] for row in answers[name].rows
        ]
        assert sorted(rows) == sorted(expected), name


def test_the_trials_are_those_that_the_rules_call_core(show):
    last = nights()[-1].records
    core = {id_ for id_, one in last.items() if relevance.read(one, "msc-liver").relevance == "core"}
    tab = show()
    assert set(ids(tab)) == core
    assert tab.text_content("#shown") == f"{len(core)} of {len(core)} trials"
    assert tab.text_content(".tiles button") == str(len(core))


def test_a_number_opens_the_query_that_gives_it(show, reported_warehouse):
    tab = show()
    button = tab.locator("button[popovertarget=query-standing]").first
    button.focus()
    tab.keyboard.press("Enter")
    assert tab.is_visible("#query-standing")
    with duckdb.connect(str(DataDir(reported_warehouse).published), read_only=True) as con:
        first = con.execute(tab.text_content("#query-standing code")).fetchall()[0][0]
    assert button.text_content() == str(first)
    tab.keyboard.press("Escape")
    assert not tab.is_visible("#query-standing")


def test_a_claim_opens_its_own_query(show, answers):
    tab = show()
    with_number = [row for row in answers["claims"].rows if row["recomputed"] is not None]
    claims = tab.locator("#claims details")
    assert claims.count() == len(with_number) > 10
    claims.first.locator("summary").click()
    assert claims.first.locator("code").text_content() == with_number[0]["query"].strip()


def test_filters_and_search_narrow_the_table_and_the_timelines(show, answers):
    tab = show()
    rows = answers["trials"].rows
    completed = {row["nct_id"] for row in rows if row["overall_status"] == "COMPLETED"}
    tab.select_option("[data-filter=status]", label("COMPLETED"))
    shown(tab, len(completed))
    assert set(ids(tab)) == completed
    assert (
        set(
            tab.eval_on_selector_all(
                "#times [aria-label='y-axis tick label'] text", "all => all.map((one) => one.textContent)"
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


def test_sorting_by_number_is_by_number_both_ways_and_what_is_not_stated_comes_last(show, answers):
    tab = show()
    sizes = {row["nct_id"]: row["enrollment"] for row in answers["trials"].rows}
    known = sorted(size for size in sizes.values() if size is not None)
    for direction, expected in (("ascending", known), ("descending", known[::-1])):
        tab.click("#table thead th:nth-child(4) button")
        assert tab.get_attribute("#table thead th:nth-child(4)", "aria-sort") == direction
        assert [sizes[one] for one in ids(tab)][: len(known)] == expected
    doses = {row["nct_id"]: row["dose_low"] for row in answers["trials"].rows}
    tab.click("#table thead th:nth-child(8) button")
    stated = [doses[one] is not None for one in ids(tab)]
    assert stated == sorted(stated, reverse=True)


def test_hostile_words_are_read_not_run(show):
    tab = show()
    row = tab.locator(f"tr[data-id={HOSTILE}]")
    assert row.locator("th > span").text_content() == TITLE
    assert row.locator("th > small").text_content() == SPONSOR
    assert COUNTRY in row.locator("td[data-of=country]").text_content()
    tab.select_option("[data-filter=country]", COUNTRY)
    shown(tab, 1)
    row.hover()
    assert f"Not on this map: {COUNTRY} 1." in tab.text_content("[data-chart=map]")
    assert not tab.evaluate("window.broken")


def test_many_trials_are_shown_in_part_until_somebody_wants_all(show, reported_warehouse, answers, tmp_path):
    rows = answers["trials"].rows
    many = tuple({**rows[n % len(rows)], "nct_id": f"NCT{n:08}"} for n in range(400))
    path = tmp_path / "many.html"
    facts = report.read_answers(DataDir(reported_warehouse))[0]
    path.write_text(
        render_page(facts, answers | {"trials": replace(answers["trials"], rows=many)}), encoding="utf-8"
    )
    tab = show(path)
    assert len(ids(tab)) == 250
    assert "The first 120 of 250 trials" in tab.text_content("#times-note")
    tab.click("text=Show all 400 trials")
    assert len(ids(tab)) == 400


def test_without_scripts_every_table_is_open(show, answers):
    tab = show(script=False)
    assert tab.locator(ROWS).count() == len(answers["trials"].rows)
    assert tab.locator("[data-chart] details[open]").count() == 9
    assert not tab.is_visible("#filters")


def test_it_prints_without_what_only_a_screen_can_do(show):
    tab = show()
    tab.emulate_media(media="print")
    for gone in ("nav", "#filters", ".query-of >> nth=0"):
        assert not tab.is_visible(gone)
    assert tab.is_visible("[data-chart] svg >> nth=0")
    assert re.match(rb"%PDF-", tab.pdf())
