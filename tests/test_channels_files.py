"""News in files: an Atom feed that a reader understands, and JSON lines that a program can follow."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mscwatch import channels
from mscwatch.channels import atom
from mscwatch.channels.atom import Atom
from mscwatch.channels.jsonl import JsonLines
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Notice
from mscwatch.settings import load_settings
from support.news import digest, item

HOSTILE = '<script>x</script> & ]]> "quoted" \ufffe\x00 <!channel> \u202eevil'


def sent(channel, *digests):
    for one in digests:
        channel.send(one, "…")


def read_feed(path):
    found = feedparser.parse(path.read_bytes())
    assert not found.bozo, found.get("bozo_exception")
    return found


def read_lines(path):
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def test_files_are_switched_on_by_their_settings_and_their_address_is_their_path(tmp_path):
    settings = load_settings(atom_file="news.atom", jsonl_file=str(tmp_path / "news.jsonl"))
    one, other = channels.configured(settings)
    assert one.addresses == (Address("atom", "news.atom"),)
    assert other.addresses == (Address("jsonl", str(tmp_path / "news.jsonl")),)


def test_a_feed_reader_finds_each_event_with_its_link_and_the_newest_first(tmp_path):
    path = tmp_path / "feeds" / "news.atom"
    sent(Atom(path), digest(item(1)), digest(item(2), banner="DEMO: invented"))
    found = read_feed(path)
    assert found.version == "atom10"
    assert found.feed.title == "DEMO: invented mscwatch: MSC liver"
    titles = [entry.title for entry in found.entries]
    assert titles[0].startswith("DEMO: invented Completed: NCT00000002")
    assert titles[1].startswith("Completed: NCT00000001")
    assert found.entries[1].link == "https://clinicaltrials.gov/study/NCT00000001"
    assert found.entries[1].updated == "2022-10-07T09:00:00Z"
    assert "recruiting → completed" in found.entries[1].content[0].value


def test_a_repeat_is_no_second_entry_and_keeps_its_id(tmp_path):
    path = tmp_path / "news.atom"
    notice = Notice("baseline-all", "baseline", "It begins.")
    sent(Atom(path), digest(item(1), notices=[notice]))
    first = [entry.id for entry in read_feed(path).entries]
    sent(Atom(path), digest(item(1), item(2), notices=[notice]))
    ids = [entry.id for entry in read_feed(path).entries]
    assert len(ids) == len(set(ids)) == 3
    assert set(first) < set(ids)
    assert all(one.startswith("tag:") for one in ids)


def test_a_feed_keeps_the_newest_entries(tmp_path, monkeypatch):
    monkeypatch.setattr(atom, "MOST_ENTRIES", 3)
    path = tmp_path / "news.atom"
    sent(Atom(path), *(digest(item(number)) for number in range(1, 6)))
    assert [entry.link[-1] for entry in read_feed(path).entries] == ["5", "4", "3"]


def test_hostile_titles_stay_text_in_a_feed(tmp_path):
    path = tmp_path / "news.atom"
    sent(Atom(path), digest(item(1, title=HOSTILE), title=HOSTILE), digest(item(2)))
    entry = read_feed(path).entries[1]
    assert entry.title_detail.type == "text/plain"
    assert "<script>x</script> & ]]>" in ET.parse(path).getroot().findall(".//{*}entry")[1].findtext(
        "{*}title"
    )
    assert "\u202e" not in path.read_text("utf-8")


@pytest.mark.parametrize(
    "content", ["not XML at all", "<html/>", "<feed xmlns='http://www.w3.org/2005/Atom'/>"]
)
def test_a_file_that_is_something_else_is_not_written_over(tmp_path, content):
    path = tmp_path / "news.atom"
    path.write_text(content)
    with pytest.raises(ChannelError, match="not a feed of mscwatch") as error:
        sent(Atom(path), digest(item(1)))
    assert error.value.about == "channel"
    assert path.read_text() == content


@pytest.mark.parametrize("channel", [Atom, JsonLines])
def test_a_file_that_cannot_be_written_is_a_temporary_failure(channel, tmp_path):
    (tmp_path / "occupied").write_text("")
    with pytest.raises(ChannelError, match="cannot be written") as error:
        sent(channel(tmp_path / "occupied" / "news"), digest(item(1)))
    assert not error.value.permanent


def test_a_feed_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "news.atom"
    sent(Atom(path), digest(item(1)))
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(ChannelError, match="No space left"):
        sent(Atom(path), digest(item(2)))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_each_event_is_a_line_with_its_own_facts_and_its_trials(tmp_path):
    path = tmp_path / "logs" / "news.jsonl"
    sent(JsonLines(path), digest(item(1, title=HOSTILE), notices=[Notice("weekly-1", "weekly", "A week.")]))
    notice, event = read_lines(path)
    assert notice == {"event_id": "weekly-1", "kind": "weekly", "summary": "A week.", "watch": "MSC liver"}
    assert (event["nct_id"], event["before"], event["after"]) == ("NCT00000001", "RECRUITING", "COMPLETED")
    assert event["observed_at"] == "2022-10-07T09:00:00Z"
    assert event["trial"]["title"] == HOSTILE
    assert event["url"] == "https://clinicaltrials.gov/study/NCT00000001"


def test_a_repeat_adds_no_line(tmp_path):
    path = tmp_path / "news.jsonl"
    sent(JsonLines(path), digest(item(1)), digest(item(1), item(2)))
    assert [line["nct_id"] for line in read_lines(path)] == ["NCT00000001", "NCT00000002"]


@given(cut=st.integers(min_value=1))
def test_a_crash_at_any_byte_of_a_line_leaves_each_event_once(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("crash") / "news.jsonl"
    news = digest(item(1), item(2), notices=[Notice("weekly-1", "weekly", "A week.")])
    sent(JsonLines(path), news)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - cut % len(whole)])
    sent(JsonLines(path), news)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "content", ["name,value\n1,2\n", "no line end", '{"other": 1}\n', '{"event_id": "x\n']
)
def test_lines_of_somebody_else_are_left_alone(tmp_path, content):
    path = tmp_path / "news.jsonl"
    path.write_text(content)
    with pytest.raises(ChannelError, match="holds lines that mscwatch did not write") as error:
        sent(JsonLines(path), digest(item(1)))
    assert error.value.about == "channel"
    assert path.read_text() == content
