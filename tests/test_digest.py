"""What a message says, and that nothing from outside acts in it."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mscwatch.channels.slack import payload
from mscwatch.digest import render_item
from mscwatch.model import Notice
from mscwatch.vocabulary import EventKind
from support.news import digest, item, product

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!channel> <@U1> <https://evil.example|click>",
    "[click](https://evil.example) *bold* _x_ `y`",
    "title\r\nBcc: someone@example.org",
    "\u202egnp.exe\u2066",
    '=HYPERLINK("https://evil.example")',
    "\x1b[31mred\x07",
    "x" * 10_000,
]


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(name for name, _ in attrs if name not in {"style", "class"})))


def rows(told):
    return list(csv.DictReader(io.StringIO(told.csv)))


def test_the_subject_counts_what_happened():
    told = digest(
        item(1),
        item(2, kind=EventKind.NEW_TRIAL),
        item(3, kind=EventKind.NEW_TRIAL),
        item(4, kind=EventKind.RESULTS_POSTED),
    )
    assert told.subject == "mscwatch: 2 new, 1 completed, 1 results posted (MSC liver, 2022-10-07)"


def test_what_matters_comes_first():
    told = digest(item(1, kind=EventKind.BECAME_UNKNOWN), item(2), item(3, kind=EventKind.NEW_TRIAL))
    assert [one.event.nct_id for one in told.items] == ["NCT00000003", "NCT00000002", "NCT00000001"]


def test_text_and_html_say_the_same_of_a_trial():
    told = digest(item(7, countries=("China", "Japan")))
    for form in (told.text, told.html):
        for words in (
            "NCT00000007",
            "https://clinicaltrials.gov/study/NCT00000007",
            "recruiting → completed",
            "A hospital",
            "China, Japan",
            "n = 40",
            "Not medical advice",
        ):
            assert words in form
    assert max(len(line) for line in told.text.splitlines()) <= 80


def test_a_banner_heads_every_form():
    told = digest(item(), banner="DEMO: the changes are invented.")
    assert told.subject.startswith("[DEMO] mscwatch:")
    assert told.text.startswith("DEMO: the changes are invented.")
    assert "DEMO: the changes are invented." in told.html
    heading, banner, *_ = payload(told)["blocks"]
    assert "DEMO" in heading["text"]["text"]
    assert banner["text"]["text"] == "DEMO: the changes are invented."


def test_a_notice_alone_is_a_message():
    told = digest(notices=[Notice("n", "baseline", "The watch begins with 40 trials.")])
    assert "The watch begins with 40 trials." in told.text
    assert "The watch begins with 40 trials." in told.html
    assert told.csv == ""


def test_within_a_kind_what_there_is_a_reason_to_care_about_comes_first():
    told = digest(item(1), item(2, why=("No publication known.",)))
    assert [one.event.nct_id for one in told.items] == ["NCT00000002", "NCT00000001"]


def test_every_form_says_what_was_given_and_why_it_matters():
    told = digest(item(why=("No publication known.", "As row 15."), product=product()))
    for form in (told.text, told.html):
        assert "Why it matters: No publication known. As row 15." in form
        said = (
            "Cirrhosis (alcohol) · autologous bone marrow MSC · hepatic artery · 5×10⁷ cells, up to 2 times"
        )
        assert said in " ".join(form.split())
    (row,) = rows(told)
    assert row["why"] == "No publication known. As row 15."
    assert (row["cell_source"], row["dose_high"], row["infusions_max"]) == ("bone_marrow", "50000000.0", "2")


@pytest.mark.parametrize(
    ("axes", "line"),
    [
        (
            {},
            "Cirrhosis (alcohol) · autologous bone marrow MSC · hepatic artery · 5×10⁷ cells, up to 2 times",
        ),
        (
            {"dose_low": 5e5, "dose_high": 1e6, "dose_unit": "cells/kg", "infusions_max": 1},
            "Cirrhosis (alcohol) · autologous bone marrow MSC · hepatic artery · 0.5–1×10⁶ cells/kg, once",
        ),
        (
            {"dose_low": 1e6, "dose_high": 2e8, "infusions_max": None},
            "Cirrhosis (alcohol) · autologous bone marrow MSC · hepatic artery · 1×10⁶ to 2×10⁸ cells",
        ),
        (
            {"route": ("not_stated",), "dose_low": None, "dose_high": None, "infusions_max": 3},
            "Cirrhosis (alcohol) · autologous bone marrow MSC · route and dose not stated, up to 3 times",
        ),
        (
            {"cell_source": ("not_stated",), "donor": ("not_stated",), "route": ("portal_vein", "other")},
            "Cirrhosis (alcohol) · MSC, source not stated · portal vein or another route · 5×10⁷ cells, up to 2 times",
        ),
        (
            {"product_form": "exosome", "indication_group": "transplant", "aetiology": ("not_stated",)},
            "Liver transplantation · exosomes of autologous bone marrow MSC · hepatic artery · 5×10⁷ cells, up to 2 times",
        ),
        ({"cell_type": "none"}, "Conditions: cirrhosis (alcohol)"),
        (
            {"indication_group": "none", "modification": "gene_modified", "dose_unit": "other"},
            "Interventions: gene-modified autologous bone marrow MSC · hepatic artery · 5×10⁷ (another unit), up to 2 times",
        ),
    ],
)
def test_a_therapy_is_one_line_of_words(axes, line):
    assert render_item(item(product=product(**axes))).facts[0 if "Inter" not in line else 1] == line


def test_a_record_that_was_not_read_speaks_in_its_own_words():
    assert render_item(item(product=None)).facts[:2] == (
        "Conditions: Liver Cirrhosis",
        "Interventions: UC-MSC",
    )


def test_a_mail_of_two_hundred_events_is_not_cut_off_by_the_mail_service():
    long = "Umbilical cord mesenchymal stem cells for patients with decompensated liver cirrhosis, a randomised trial "
    why = (
        "No publication known, no results on the registry, 28 months after its completion date (2020-05).",
    )
    told = digest(
        *(item(number, title=long + str(number), why=why, product=product()) for number in range(1, 201))
    )
    assert len(told.html.encode()) < 100_000  # Gmail clips at 102 kB
    for form in (told.text, told.html):
        assert form.count("https://clinicaltrials.gov/study/") == 200
        in_full = form.count("Why it matters")
        assert 30 <= in_full < 200
        assert f"The last {200 - in_full} are shown in short form" in form
    assert all(row["why"] == why[0] for row in rows(told))


def test_what_is_not_named_is_counted_and_attached():
    told = digest(*(item(number) for number in range(1, 251)))
    assert told.text.count("https://clinicaltrials.gov/study/") == 200
    assert "and 50 more" in told.text
    assert "and 50 more" in told.html
    assert len(rows(told)) == 250


def test_the_same_news_have_the_same_id_whatever_their_order():
    assert (
        digest(item(1), item(2)).digest_id == digest(item(2), item(1)).digest_id != digest(item(1)).digest_id
    )


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_words_are_shown_as_text_everywhere(title):
    clean, told = (
        digest(item()),
        digest(
            item(title=title, summary=title, lead_sponsor=title, conditions=(title,), overall_status=title)
        ),
    )
    assert Tags(told.html).found == Tags(clean.html).found
    assert "\n" not in digest(item(), title=title).subject
    assert not any(character in told.text + told.html for character in "\u202e\u2066\x1b\x07\r")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows(told) for cell in row.values())
    assert len(told.text) < 3_000


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_title_becomes_markup(title, summary):
    told = digest(item(title=title, summary=summary))
    lines = {("br", ()), ("bdi", ())}  # an empty summary has no line
    shown, usual = Tags(told.html).found, Tags(digest(item()).html).found
    assert [tag for tag in shown if tag not in lines] == [tag for tag in usual if tag not in lines]
    assert len(digest(item(), title=title).subject.splitlines()) == 1


def test_a_message_leads_to_the_page_and_says_how_to_stop_it():
    url = "https://example.org/report.html?a=1&b=\"'<"
    made = digest(item(EventKind.COMPLETED), page_url=url)
    assert f"The page: {url}" in made.text
    assert made.html.count("See all on the page") == 1
    assert "https://example.org/report.html?a=1&amp;b=&#34;&#39;&lt;" in made.html
    links = [
        element
        for block in payload(made)["blocks"]
        for part in block.get("elements", ())
        for element in part["elements"]
        if element["type"] == "link"
    ]
    assert {"type": "link", "url": url, "text": "See all on the page"} in links
    for form in (made.text, made.html):
        assert "MSCWATCH_EMAIL_TO" in form
    assert "the page" not in digest(item(EventKind.COMPLETED)).html


@pytest.mark.parametrize(
    ("links", "words"), [(1, "1 link between a trial and a paper waits"), (3, "3 links between")]
)
def test_every_form_says_how_many_links_wait_for_a_person(links, words):
    told = digest(item(1), waiting=links)
    assert words in " ".join(told.text.split())
    assert words in told.html
    assert words in str(payload(told))
    assert "between" not in digest(item(1)).text
