"""The report as people see it: in a real browser, from the disk, without a network."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import tarfile
from dataclasses import replace

import duckdb
import pytest
import rispy

from mscwatch.report import render_page
from mscwatch.report.words import label
from mscwatch.screening import relevance
from mscwatch.store import report
from mscwatch.store.data_dir import DataDir
from support.reported import COUNTRY, HOSTILE, SPONSOR, TITLE, nights

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = "axe-core@4.14.1"
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
def read(reported_warehouse):
    return report.read_answers(DataDir(reported_warehouse))


@pytest.fixture(scope="module")
def facts(read):
    return read[0]


@pytest.fixture(scope="module")
def answers(read):
    return read[1]


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The source of axe-core, from npm."""
    folder, npm = tmp_path_factory.mktemp("axe"), shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine, so no axe-core")
    try:
        subprocess.run(
            [npm, "pack", AXE, "--silent"], cwd=folder, check=True, capture_output=True, timeout=60
        )
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm does not give {AXE}: {error}")
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        return package.extractfile("package/axe.min.js").read().decode()


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
        tab.on(
            "request",
            lambda request: request.url.partition("?")[0] == address or complaints.append(request.url),
        )
        tab.goto(address)
        if script:
            tab.eval_on_selector_all(
                "details.fold", "folds => folds.forEach((fold) => { fold.open = true; })"
            )
            tab.wait_for_selector("#times svg[role=img]")
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
    tab.wait_for_selector("[data-chart=concerns] svg[role=img]")
    drawn = tab.eval_on_selector_all(
        "[data-chart]", "all => all.map((one) => one.querySelectorAll('svg[role=img]').length)"
    )
    assert len(drawn) == 14
    assert all(drawn), drawn
    assert not tab.evaluate("window.broken")


def test_every_number_of_a_chart_and_of_its_table_is_the_warehouses(show, answers):
    tab = show()
    figures = tab.eval_on_selector_all(
        "[data-chart=bars], [data-chart=years], [data-chart=map]",
        """all => all.map((one) => ({
          query: one.querySelector('.query-of').getAttribute('popovertarget').replace('query-', ''),
          title: one.querySelector('h3').textContent,
          labels: one.dataset.chart !== 'bars' ? [] : [...one.querySelectorAll('svg [data-mark=text] text')].map((text) => text.textContent),
          rows: [...one.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.dataset.value ?? cell.textContent)),
        }))""",
    )
    assert len(figures) == 8
    numbers = ("published", "at_review", "today", "review", "trials", "open")
    written = {"figures": [], "status": [], "years": [], "countries": []}
    for figure in figures:
        for row in figure["rows"]:
            written[figure["query"]].append([int(cell) for cell in row[1:] if cell.isdigit()])
        if figure["labels"]:
            assert sorted(map(int, figure["labels"])) == sorted(
                number for row in figure["rows"] for number in map(int, filter(str.isdigit, row[1:4]))
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


def test_a_number_opens_its_trials_and_the_list_its_query(show, reported_warehouse):
    tab = show()
    button = tab.locator(".tiles button.number").nth(2)  # completed
    button.focus()
    tab.keyboard.press("Enter")
    listed = tab.locator("#list tbody tr")
    assert listed.count() == int(button.text_content())
    assert (
        listed.first.locator("a")
        .first.get_attribute("href")
        .startswith("https://clinicaltrials.gov/study/NCT")
    )
    tab.click("#list thead th:nth-child(3) button")
    sizes = [int(text) for text in tab.locator("#list td[data-label=n]").all_text_contents() if text]
    assert sizes == sorted(sizes)
    tab.click("#list-query")
    assert tab.is_visible("#query-standing")
    with duckdb.connect(str(DataDir(reported_warehouse).published), read_only=True) as con:
        counted = con.execute(tab.text_content("#query-standing code")).fetchall()[0][2]
    assert button.text_content() == str(counted)
    tab.keyboard.press("Escape")
    assert not tab.is_visible("#query-standing")


def test_every_number_leads_to_as_many_trials_as_it_says(show):
    """Events are more than their trials, and participants are no trials."""
    wrong = show().eval_on_selector_all(
        "[data-list]:not(#news *):not(#new *):not([data-title^=Participants])",
        """all => all.filter((one) => one.textContent !== one.dataset.title
          && Number(one.textContent) !== one.dataset.list.split(' ').length).map((one) => one.outerHTML)""",
    )
    assert wrong == []


def test_a_bar_and_a_country_open_the_list_of_the_number_behind_them(show):
    tab = show()
    tab.locator("[data-chart=bars] [data-mark=bar] rect").first.dispatch_event("click")
    first = tab.locator("[data-chart=bars] tbody [data-list]").first
    assert tab.text_content("#list-title").startswith(first.get_attribute("data-title"))
    tab.keyboard.press("Escape")
    tab.locator("[data-chart=map] [data-mark=geo] ~ [data-mark=geo] path").first.dispatch_event("click")
    assert tab.locator("#list tbody tr").count() > 0


def test_the_page_marks_what_is_new_since_the_last_visit(show):
    tab = show()
    assert tab.locator(".unseen").count() == 0
    long_ago = (
        "localStorage.setItem(key, JSON.stringify({...JSON.parse(localStorage.getItem(key)), at: 1, %s}))"
    )
    change = "(() => { const key = 'mscwatch ' + document.body.dataset.watch; %s })()"
    tab.evaluate(change % (long_ago % "newest: '2020-01-01T00:00:00'"))
    tab.reload()
    assert "changes since you last looked (1970-01-01)" in tab.text_content("#new h2")
    assert tab.text_content("#new .big").strip() == str(tab.locator("#events tr.unseen").count()) != "0"
    tab.reload()  # the same visit
    assert tab.locator("#events tr.unseen").count() > 0
    tab.evaluate(change % (long_ago % ""))
    tab.reload()
    assert tab.text_content("#new .big").strip() == "0"
    assert tab.locator(".unseen").count() == 0


def test_filters_stand_in_the_address_and_what_is_left_is_saved(show, answers):
    tab = show(accept_downloads=True)
    completed = {row["nct_id"] for row in answers["trials"].rows if row["overall_status"] == "COMPLETED"}
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
        p["pmid"] for row in answers["trials"].rows if row["nct_id"] in completed for p in row["papers"]
    }
    assert papers
    assert {one["id"] for one in references if one["type_of_reference"] == "JOUR"} == papers


def test_a_formula_is_text_and_a_paper_without_a_number_no_reference(show, answers, facts, tmp_path):
    odd = {"brief_title": "=HYPERLINK(1)", "papers": [{"pmid": None, "doi": None, "year": 2020}]}
    rows = tuple({**row, **odd} for row in answers["trials"].rows)
    path = tmp_path / "formula.html"
    page = render_page(facts, answers | {"trials": replace(answers["trials"], rows=rows)})
    path.write_text(page, encoding="utf-8")
    tab = show(path, accept_downloads=True)
    with tab.expect_download() as file:
        tab.click("#save-csv")
    saved = file.value.path().read_text("utf-8-sig").splitlines()
    assert {row["title"] for row in csv.DictReader(saved)} == {"'=HYPERLINK(1)"}
    with tab.expect_download() as file:
        tab.click("#save-ris")
    assert "TY  - JOUR" not in file.value.path().read_text("utf-8")


def test_the_keyboard_is_enough(show):
    tab = show()

    def focus_on(selector):
        for _ in range(60):
            tab.keyboard.press("Tab")
            if tab.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"no way to {selector}")

    focus_on("[data-list]")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.getElementById('list').open")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.matches('[data-list]')")
    focus_on(".fold > summary")
    tab.keyboard.press("Enter")
    assert not tab.evaluate("document.querySelector('.fold').open")


def test_on_a_phone_sections_are_folded_and_a_link_opens_its_own(show):
    tab = show(width=400)
    tab.evaluate("location.hash = '#100%'")  # an odd address stops no script: `show` hears complaints
    tab.reload()
    assert tab.evaluate("document.documentElement.scrollHeight") < 12_000
    assert not tab.is_visible("#table2 table")
    tab.click("nav a[href='#table2']")
    tab.wait_for_selector("#table2 table")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(show, axe, scheme):
    tab = show(color_scheme=scheme)
    tab.evaluate(axe)
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_a_claim_opens_its_own_query(show, answers):
    tab = show()
    with_number = [row for row in answers["claims"].rows if row["recomputed"] is not None]
    failed = [row for row in with_number if row["verdict"] == "not reproduced"]
    claims = tab.locator("#claims details.own-query")
    assert claims.count() == len(with_number) > 10
    claims.first.locator("summary").click()
    assert claims.first.locator("code").text_content() == failed[0]["query"].strip()


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
    assert COUNTRY in row.locator("td[data-label=Countries]").text_content()
    tab.select_option("[data-filter=countries]", COUNTRY)
    shown(tab, 1)
    row.hover()
    assert f"Not on this map: {COUNTRY} 1." in tab.text_content("[data-chart=map]")
    assert not tab.evaluate("window.broken")


def test_many_trials_are_shown_in_part_until_somebody_wants_all(show, facts, answers, tmp_path):
    rows = answers["trials"].rows
    many = tuple({**rows[n % len(rows)], "nct_id": f"NCT{n:08}"} for n in range(400))
    path = tmp_path / "many.html"
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
    assert tab.locator("[data-chart] details[open]").count() == 13
    assert not tab.is_visible("#filters")


def test_it_prints_without_what_only_a_screen_can_do(show):
    tab = show()
    tab.emulate_media(media="print")
    for gone in ("nav", "#filters", ".query-of >> nth=0"):
        assert not tab.is_visible(gone)
    assert tab.is_visible("[data-chart] svg >> nth=0")
    assert re.match(rb"%PDF-", tab.pdf())
