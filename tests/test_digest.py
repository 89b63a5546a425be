"""What a message says, and that nothing from outside acts in it."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from news import digest, item

from mscwatch.channels.slack import NAMED, payload
from mscwatch.model import Kind, Notice

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
        item(1), item(2, kind=Kind.NEW_TRIAL), item(3, kind=Kind.NEW_TRIAL), item(4, kind=Kind.RESULTS_POSTED)
    )
    assert told.subject == "mscwatch: 2 new, 1 completed, 1 results posted (MSC liver, 2022-10-07)"


def test_what_matters_comes_first():
    told = digest(item(1, kind=Kind.BECAME_UNKNOWN), item(2), item(3, kind=Kind.NEW_TRIAL))
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


def test_a_slack_message_of_everything_at_once_keeps_the_limit_of_blocks():
    notices = [Notice(str(number), "refused", "" if number == 1 else "No.") for number in range(30)]
    sent = payload(digest(*map(item, range(1, 251)), notices=notices, banner="DEMO: invented"))
    assert len(sent["blocks"]) <= 50
    assert "and 10 more notices" in str(sent)
    assert all(block["text"]["text"] for block in sent["blocks"] if "text" in block)


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
        digest(item(title=title, summary=title, lead_sponsor=title, conditions=(title,))),
    )
    assert Tags(told.html).found == Tags(clean.html).found
    assert "\n" not in digest(item(), title=title).subject
    assert not any(character in told.text + told.html for character in "\u202e\u2066\x1b\x07\r")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows(told) for cell in row.values())
    assert len(told.text) < 3_000


def test_the_text_that_slack_parses_mentions_nobody():
    assert "<!channel>" not in payload(digest(item(), title="Liver <!channel> & co"))["text"]
    assert "Liver &lt;!channel&gt; &amp; co" in payload(digest(item(), title="Liver <!channel> & co"))["text"]


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_title_becomes_markup(title, summary):
    told = digest(item(title=title, summary=summary))
    lines = {("br", ()), ("bdi", ())}  # an empty summary has no line
    shown, usual = Tags(told.html).found, Tags(digest(item()).html).found
    assert [tag for tag in shown if tag not in lines] == [tag for tag in usual if tag not in lines]
    assert len(digest(item(), title=title).subject.splitlines()) == 1


@given(st.lists(st.text(max_size=5_000), min_size=1, max_size=40))
def test_a_slack_message_keeps_slacks_limits_and_parses_nothing(titles):
    told = digest(*(item(number, title=title, summary=title) for number, title in enumerate(titles, start=1)))
    sent = payload(told)
    assert len(sent["blocks"]) <= 50
    assert "<" not in sent["text"]
    texts = [block["text"] for block in sent["blocks"] if "text" in block]
    assert all(text["type"] == "plain_text" and 0 < len(text["text"]) <= 3_000 for text in texts)
    named = [block for block in sent["blocks"] if block["type"] == "rich_text"]
    assert len(named) == min(len(titles), NAMED)
    assert (len(titles) > NAMED) == any(f"and {len(titles) - NAMED} more" in text["text"] for text in texts)
    parts = [part for block in named for part in block["elements"][0]["elements"]]
    assert {part["type"] for part in parts} == {"text", "link"}
    assert all(
        part["url"].startswith("https://clinicaltrials.gov/study/NCT")
        for part in parts
        if part["type"] == "link"
    )
