"""The report as people see it: in a real browser, from the disk, without a network."""

from __future__ import annotations

import re

import pytest

pytest_plugins = "support.browser"
pytestmark = pytest.mark.slow


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


def test_every_number_of_a_chart_and_of_its_table_is_the_warehouses(show, answered):
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
            [row[column] for column in numbers if row.get(column) is not None] for row in answered[name].rows
        ]
        assert sorted(rows) == sorted(expected), name


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


def test_without_scripts_every_table_is_open(show, answered):
    tab = show(script=False)
    assert tab.locator("#table tbody tr:not([hidden])").count() == len(answered["trials"].rows)
    assert tab.locator("[data-chart] details[open]").count() == 13
    assert not tab.is_visible("#filters")


def test_it_prints_without_what_only_a_screen_can_do(show):
    tab = show()
    tab.emulate_media(media="print")
    for gone in ("nav", "#filters", ".query-of >> nth=0"):
        assert not tab.is_visible(gone)
    assert tab.is_visible("[data-chart] svg >> nth=0")
    assert re.match(rb"%PDF-", tab.pdf())
