"""The message that Slack gets: within its limits whatever the news is, and nothing in it acts.

Published limits (docs.slack.dev/reference/block-kit/blocks): 50 blocks in a message, 150 characters in a header, 3,000
in the text of a section. Beyond what is published, the texts of a message together must stay well under 12,000
characters (see mscwatch/channels/slack.py).
"""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mscwatch.channels.slack import NAMED, payload
from mscwatch.model import Notice
from support.news import digest, item, product

WHY = ("No publication known, no results on the registry, 28 months after its completion date (2020-05).",)


def texts(sent):
    """Every text that a message shows, by walking it as Slack does."""
    if isinstance(sent, dict):
        own = [sent["text"]] if isinstance(sent.get("text"), str) else []
        return own + [text for value in sent.values() for text in texts(value)]
    return [text for value in sent for text in texts(value)] if isinstance(sent, list) else []


def assert_that_slack_takes(sent):
    blocks = sent["blocks"]
    assert 0 < len(blocks) <= 50
    assert all(texts(block) and all(texts(block)) for block in blocks)  # an empty text is refused
    assert all(sum(map(len, texts(block))) <= 3_000 for block in blocks)
    assert all(len(block["text"]["text"]) <= 150 for block in blocks if block["type"] == "header")
    assert sum(map(len, texts(blocks))) <= 10_000
    assert len(sent["text"]) <= 4_000
    assert json.loads(json.dumps(sent)) == sent


def shown(block):
    return "".join(texts(block))


def test_an_event_says_what_changed_what_was_given_and_why_it_matters():
    header, event, source = payload(digest(item(why=WHY, product=product())))["blocks"]
    assert shown(header) == "mscwatch: 1 completed (MSC liver, 2022-10-07)"
    assert shown(event) == (
        "Completed: NCT00000001 Mesenchymal stem cells in cirrhosis\n"
        "recruiting → completed\n"
        "Cirrhosis (alcohol) · autologous bone marrow MSC · hepatic artery · 5×10⁷ cells, up to 2 times\n"
        f"{WHY[0]}\n"
        "A hospital · China · n = 40 · status completed · event event-1-co"
    )
    assert shown(source).endswith("Source: ClinicalTrials.gov. Not medical advice.")


def test_a_message_of_everything_at_once_keeps_slacks_limits():
    notices = [Notice(str(number), "refused", "" if number == 1 else "No. " * 500) for number in range(30)]
    news = [item(number, title="A title " * 40, why=WHY * 4, product=product()) for number in range(1, 251)]
    sent = payload(digest(*news, notices=notices, banner="DEMO: invented"))
    assert_that_slack_takes(sent)
    assert "and 10 more notices" in str(sent)
    assert "and 230 more" in str(sent)
    named = [block for block in sent["blocks"] if block["type"] == "rich_text"]
    assert len(named) == NAMED
    assert all("recruiting → completed\nCirrhosis (alcohol)" in shown(block) for block in named)


def test_the_text_that_slack_parses_mentions_nobody():
    assert "<!channel>" not in payload(digest(item(), title="Liver <!channel> & co"))["text"]
    assert "Liver &lt;!channel&gt; &amp; co" in payload(digest(item(), title="Liver <!channel> & co"))["text"]


@given(st.lists(st.text(max_size=5_000), min_size=1, max_size=40))
def test_whatever_the_titles_slack_takes_the_message_and_parses_nothing(titles):
    told = digest(
        *(item(number, title=one, summary=one, why=(one,)) for number, one in enumerate(titles, start=1)),
        notices=[Notice(str(number), "weekly", one) for number, one in enumerate(titles)],
    )
    sent = payload(told)
    assert_that_slack_takes(sent)
    assert "<" not in sent["text"]
    plain = [block["text"] for block in sent["blocks"] if "text" in block]
    assert all(text["type"] == "plain_text" for text in plain)
    named = [block for block in sent["blocks"] if block["type"] == "rich_text"]
    assert len(named) == min(len(titles), NAMED)
    assert (len(titles) > NAMED) == any(
        f"and {len(titles) - NAMED} more: all" in text["text"] for text in plain
    )
    parts = [part for block in named for part in block["elements"][0]["elements"]]
    assert {part["type"] for part in parts} == {"text", "link"}
    assert all(
        part["url"].startswith("https://clinicaltrials.gov/study/NCT")
        for part in parts
        if part["type"] == "link"
    )
