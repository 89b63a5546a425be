"""What a reader asks the page, in a real browser: few clicks to an answer, numbers that open their trials, two visits."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime, timedelta

import duckdb
import pytest

from mscwatch.report import render_page
from mscwatch.store.data_dir import DataDir

pytest_plugins = "support.browser"
pytestmark = pytest.mark.slow

# Ten questions of a reviewer, the clicks that lead to an answer, and what must then be in sight.
QUESTIONS = {
    "what is new since I last looked": ((), "#new h2"),
    "which trials changed": (("#new .big button",), "#list tbody tr"),
    "which completed trials are silent": ((".answer:nth-of-type(2) .big button",), "#list tbody tr"),
    "what contradicts the review": ((".answer .big a[href='#contradictions']",), "#contradictions tbody tr"),
    "which papers wait for me": ((".answer .big a[href='#papers']",), "#papers tbody tr"),
    "may I trust the night": ((".trust > summary",), ".trust > p"),
    "which trials recruit": ((".tiles div:nth-child(2) button",), "#list tbody tr"),
    "what became of row 7 of Table 2": (("nav a[href='#table2']",), "#row-7 td[data-label=Registration]"),
    "which trials state their dose": (
        ("nav a[href='#review']", "#review tr:has(th:text-is('Dose')) [data-list]"),
        "#list tbody tr",
    ),
    "which trials stand behind a claim": (
        ("nav a[href='#claims']", "#claims [data-list]"),
        "#list tbody tr",
    ),
    "which words was a dose read from": (
        ("nav a[href='#trials']", "#table details summary"),
        "#table details[open] q",
    ),
}


@pytest.mark.parametrize("width", [1280, 400])
def test_each_question_of_a_reviewer_takes_two_clicks_at_most(show, width):
    tab = show(width=width, folded=True)
    for question, (clicks, answer) in QUESTIONS.items():
        assert len(clicks) <= 2
        tab.goto(tab.url.partition("#")[0])
        for click in clicks:
            tab.locator(click).first.click()
        assert tab.locator(answer).first.is_visible(), question


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
    """Events are more than their trials, participants are no trials, and a claim may be made of many."""
    wrong = show().eval_on_selector_all(
        "[data-list]:not(#news *):not(#new *):not([data-title^=Participants]):not([data-title^=Counted])",
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


def test_a_claim_and_a_concern_open_the_trials_that_they_count_and_then_their_query(show, answered):
    tab = show()
    counted = [
        row for row in answered["claims"].rows if row["recomputed"] == str(len(row["trials_ids"] or ()))
    ]
    assert len(counted) > 10
    for row in (row for row in counted if row["verdict"] == "not reproduced" and row["trials_ids"]):
        number = tab.locator(f"[popovertarget='query-claim-{row['claim_id']}-{row['scope']}'].number")
        number.click()
        assert tab.text_content("#list-title") == f"{row['claim']}: {row['recomputed']}"
        assert tab.locator("#list tbody tr").count() == int(row["recomputed"])
        tab.click("#list-query")
        panel = tab.locator(f"#query-claim-{row['claim_id']}-{row['scope']}")
        assert panel.locator("code").text_content() == row["query"].strip()
        tab.keyboard.press("Escape")
    [dose] = [row for row in answered["concerns"].rows if row["concern"] == "dose"]
    tab.locator("#review tr:has(th:text-is('Dose')) [data-list]").last.click()
    assert tab.locator("#list tbody tr").count() == dose["table_stating"] > 0


def test_what_a_list_shows_is_saved(show):
    tab = show(accept_downloads=True)
    tab.locator(".tiles button.number").nth(2).click()
    listed = tab.locator("#list tbody a").all_text_contents()
    with tab.expect_download() as file:
        tab.click("#list [data-save=csv]")
    rows = list(csv.DictReader(file.value.path().read_text("utf-8-sig").splitlines()))
    assert [row["id"] for row in rows] == [text for text in listed if text.startswith("NCT")] != []


@pytest.fixture
def eventful(facts, answered, tmp_path):
    """A page with 120 changes of one night, a second apart."""
    first, start = answered["events"].rows[0], datetime(2026, 11, 1)
    rows = tuple(
        {**first, "observed_at": start - timedelta(seconds=n), "is_latest": True} for n in range(120)
    )
    path = tmp_path / "eventful.html"
    page = render_page(facts, answered | {"events": replace(answered["events"], rows=rows)})
    path.write_text(page, encoding="utf-8")
    return path


def test_more_changes_than_the_page_holds_are_a_hundred_and_more(show, eventful):
    tab = show(eventful)
    assert tab.text_content("#new .big").strip() == "120"
    tab.evaluate(
        "localStorage.setItem('mscwatch ' + document.body.dataset.watch, JSON.stringify({newest: '2020', at: 1}))"
    )
    tab.reload()
    assert tab.text_content("#new .big").strip() == "120+"


def test_a_long_list_shows_its_first_rows_until_somebody_wants_all_or_prints(show, eventful):
    visible = "#events tbody tr:not([hidden])"
    tab = show(eventful)
    assert tab.locator(visible).count() == 40
    tab.click("text=Show all 120")
    assert tab.locator(visible).count() == 120
    tab = show(eventful)
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator(visible).count() == 120
