"""The report as a text: what it is made of, and what may stand in it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mscwatch.digest import plain
from mscwatch.report import render_page
from mscwatch.report.page import SCRIPTS, doi_address, pubmed
from mscwatch.report.places import on_map
from mscwatch.report.words import amount, label, shown
from mscwatch.screening import relevance
from mscwatch.store import report
from mscwatch.store.data_dir import DataDir
from support.reported import nights

QUERIES = sorted(entry.name for entry in report.QUERIES.iterdir() if entry.name.endswith(".sql"))
PACKAGE = files("mscwatch.report")
DATA = ("known", "world")  # script elements that hold data
DOORS = ("https://clinicaltrials.gov/study/NCT", "https://pubmed.ncbi.nlm.nih.gov/", "https://doi.org/10.")


@pytest.fixture(scope="module")
def found(reported_warehouse):
    return report.read_answers(DataDir(reported_warehouse))


class Page(HTMLParser):
    """Elements with their attributes, the texts of scripts, and everything that a reader would see as text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.text, self.inside = [], [], "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.inside == "script" and self.scripts:
            self.scripts[-1] += data
        else:
            self.text += data

    def handle_endtag(self, tag):
        self.inside = ""


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_opens_with_its_meaning_and_runs_anywhere(reported_warehouse, name):
    query = (report.QUERIES / name).read_text(encoding="utf-8")
    assert re.match(r"-- [A-Z].*[.:]", query.replace("\n-- ", " "))
    assert len(duckdb.extract_statements(query)) == 1
    with duckdb.connect(str(DataDir(reported_warehouse).published), read_only=True) as con:
        con.execute(query).fetchall()


def test_the_numbers_are_those_of_the_records(found):
    answers = found[1]
    core = [
        one for one in nights()[-1].records.values() if relevance.read(one, "msc-liver").relevance == "core"
    ]
    modules = [one["protocolSection"] for one in core]
    status = Counter(one["statusModule"]["overallStatus"] for one in modules)
    years = Counter(int(one["statusModule"]["studyFirstPostDateStruct"]["date"][:4]) for one in modules)
    places = [
        country
        for one in modules
        for country in {
            site["country"] for site in one.get("contactsLocationsModule", {}).get("locations", [])
        }
    ]
    assert {row["category"]: row["today"] for row in answers["status"].rows} == status
    assert {row["year"]: row["today"] for row in answers["years"].rows if row["today"]} == years
    assert sum(row["published"] for row in answers["years"].rows) == 22
    assert {row["country"]: row["trials"] for row in answers["countries"].rows} == Counter(places)
    standing = {key: value for key, value in answers["standing"].rows[0].items() if not key.endswith("_ids")}
    assert standing == {
        "core_trials": len(core),
        "open": sum(status[one] for one in ("RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION")),
        "completed": status["COMPLETED"],
        "gone_quiet": status["UNKNOWN"],
        "with_results": sum(one["hasResults"] for one in core),
        "participants": sum(one["designModule"].get("enrollmentInfo", {}).get("count", 0) for one in modules),
    }
    kinds = {
        row["kind"]: (row["latest_night"], row["seven_days"], row["all_nights"])
        for row in answers["news"].rows
    }
    invented = ("new_trial", "completed", "results_posted", "became_unknown")
    assert kinds == dict.fromkeys(invented, (1, 1, 1))
    assert {row["kind"] for row in answers["events"].rows} == set(invented)


@pytest.mark.parametrize("figure", ["1", "2a", "2b", "3a", "3b"])
def test_each_figure_of_the_page_is_the_warehouses(reported_warehouse, found, figure):
    shown = {
        (scope, row["category"]): row[scope]
        for row in found[1]["figures"].rows
        for scope in ("published", "living", "at_review", "today")
        if row["figure"] == figure and row[scope]
    }
    with duckdb.connect(str(DataDir(reported_warehouse).published), read_only=True) as con:
        rows = con.execute(f"SELECT scope, category, trials FROM figure_{figure}").fetchall()
    assert shown == {(scope, category): trials for scope, category, trials in rows}


def test_every_query_is_on_the_page_and_every_button_opens_one(found):
    elements = Page(render_page(*found)).elements
    opened = {attributes["popovertarget"] for _, attributes in elements if "popovertarget" in attributes}
    there = {attributes["id"] for _, attributes in elements if "popover" in attributes}
    claims = {
        f"claim-{row['claim_id']}-{row['scope']}" for row in found[1]["claims"].rows if row["recomputed"]
    }
    names = {name.removesuffix(".sql") for name in QUERIES} | claims
    assert opened == there == {f"query-{name}" for name in names}


def test_the_page_says_what_it_is_and_what_it_is_not(found):
    text = " ".join(Page(render_page(*found)).text.split())
    for words in (
        "DEMO: invented.", "is no medical advice", "covers ClinicalTrials.gov only", "CC BY 4.0",
        "Registry data of 2022-10-14 09:00 (UTC)", "U.S. National Library of Medicine",
    ):  # fmt: skip
        assert words in text


def test_nothing_is_fetched_and_only_the_pages_own_scripts_may_run(found):
    whole = Page(render_page(*found))
    for tag, attributes in whole.elements:
        assert "src" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        link = attributes.get("href", "#")
        assert link.startswith(("#", "data:,", *DOORS)), link
    policy = next(a["content"] for _, a in whole.elements if a.get("http-equiv") == "Content-Security-Policy")
    run = whole.scripts[len(DATA) :]
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run}
    assert set(re.findall(r"sha256-([^']+)", policy)) == hashes
    assert policy.startswith("default-src 'none';")
    assert "url(" not in (PACKAGE / "page.css").read_text()


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=80)
    | st.sampled_from(["</script>", "<!--<script>", "]]>", "' onload='x", "{{ 1 }}"])
)
def test_whatever_a_record_says_stays_text(found, text):
    facts, answers = found
    first = answers["trials"].rows[0]
    words = dict.fromkeys(("brief_title", "lead_sponsor", "why_stopped", "route_evidence"), text)
    trials = replace(
        answers["trials"], rows=({**first, **words, "countries": [text], "cell_source": [text]},)
    )
    whole = Page(render_page(facts, answers | {"trials": trials}))
    counted = Counter(tag for tag, _ in whole.elements)
    # Three styles: the page's, that of a page without scripts, and the flow's.
    assert (counted["script"], counted["style"], counted["img"]) == (len(DATA) + len(SCRIPTS), 3, 0)
    assert whole.scripts[len(DATA) :] == [PACKAGE.joinpath(name).read_text("utf-8") for name in SCRIPTS]
    assert plain(text, 600) in " ".join(whole.text.split())


@pytest.mark.slow
def test_a_page_of_40_trials_has_less_than_1_5_and_one_of_2000_less_than_6_megabytes(found):
    facts, answers = found
    rows = answers["trials"].rows
    few = len(render_page(*found).encode())
    repeated = tuple({**rows[n % len(rows)], "nct_id": f"NCT{n:08}"} for n in range(10 * len(rows)))
    many = render_page(facts, answers | {"trials": replace(answers["trials"], rows=repeated)})
    each = (len(many.encode()) - few) / (9 * len(rows))
    assert few + each * max(0, 40 - len(rows)) < 1_500_000
    # figures and lists name a trial some twenty times, as a number of at most four digits
    assert few + (each + 20 * 5) * 2_000 < 6_000_000


def test_numbers_of_papers_become_addresses_and_nothing_else_does():
    assert pubmed("29178564") == "https://pubmed.ncbi.nlm.nih.gov/29178564/"
    assert doi_address('10.1002/a"><b') == "https://doi.org/10.1002/a%22%3E%3Cb"
    for nothing in (None, "", "javascript:alert(1)", "12 34", "²"):
        assert pubmed(nothing) == doi_address(nothing) == ""


def test_a_trial_completed_in_a_month_that_has_not_ended_is_silent_for_no_month(found):
    assert min(row["months_since_completion"] for row in found[1]["silent"].rows) == 0


def test_the_page_draws_how_trials_and_papers_were_found_and_chosen(found):
    sums = Counter()
    for row in found[1]["prisma_flow"].rows:
        sums[row["part"], row["stage"]] += row["n"]
    said = {
        "identified": "Identified",
        "duplicates": "Duplicates removed",
        "screened": "Screened",
        "excluded": "Excluded",
        "undecided": "Not decided yet",
        "included": "Included",
    }
    flow = render_page(*found).partition('<section id="flow"')[2].partition("</section>")[0]
    assert {stage for _, stage in sums} == set(said)
    assert [where for where, n in sums.items() if f"{said[where[1]]} (n = {n})" not in flow] == []


def test_each_list_is_as_long_as_its_number(found):
    """A number of events may be more than its trials; participants are not trials."""
    for name in ("figures", "status", "countries", "years", "overdue", "since_review", "evolution"):
        for row in found[1][name].rows:
            lists = {key.removesuffix("_ids"): ids for key, ids in row.items() if key.endswith("_ids")}
            assert {key: row[key] for key in lists} == {key: len(ids or ()) for key, ids in lists.items()}, (
                name
            )


def test_the_vendored_files_are_the_ones_that_are_named():
    listed = dict(
        re.findall(
            r"`(\S+)` \| .* \| `([0-9a-f]{64})`", (PACKAGE / "vendor" / "README.md").read_text("utf-8")
        )
    )
    there = {
        entry.name: hashlib.sha256(entry.read_bytes()).hexdigest()
        for entry in (PACKAGE / "vendor").iterdir()
        if entry.name != "README.md"
    }
    assert listed == there


def test_every_country_of_the_real_records_is_on_the_map_or_too_small_for_it(real_records):
    sites = (
        one["protocolSection"].get("contactsLocationsModule", {}).get("locations", []) for one in real_records
    )
    countries = {site["country"] for some in sites for site in some if "country" in site}
    assert {country for country in countries if not on_map(country)} == {
        "Antigua and Barbuda", "Cayman Islands", "Hong Kong", "Singapore",
    }  # fmt: skip
    assert on_map("Turkey (Türkiye)") == on_map("Turkey") == "Turkey"


def test_every_respelling_leads_to_a_shape_of_the_map():
    for line in (PACKAGE / "countries.csv").read_text("utf-8").splitlines()[1:]:
        registry = line.rpartition(",")[0].strip('"')
        assert on_map(registry) == line.rpartition(",")[2]


def test_words_read_as_a_person_writes_them():
    assert (
        label(["bone_marrow", "HBV", "ACTIVE_NOT_RECRUITING"]) == "bone marrow, HBV, Active, not recruiting"
    )
    assert (label("COMPLETED"), label("PHASE2"), label(None)) == ("Completed", "2", "")
    assert (amount(5e5, 1e6, "cells/kg"), amount(None, None, None)) == ("0.5–1×10⁶ cells/kg", "")
    assert shown("a\u202eb\n c") == "ab c"


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_and_marks_stand_out_in_both_themes():
    """WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (marks, 3:1)."""
    themes = re.findall(r":root \{([^}]*--land[^}]*)\}", (PACKAGE / "page.css").read_text())[:2]
    assert len(themes) == 2
    for theme in themes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", theme))
        for ground in (colours["page"], colours["card"]):
            for text in ("ink", "soft", "accent", "published", "warn"):
                assert contrast(colours[text], ground) >= 4.5, (text, ground)
            for mark in ("published", "review", "today", "open", "quiet", "way"):
                assert contrast(colours[mark], ground) >= 3, (mark, ground)
