"""`doctor --record DIR`: what the registry really answers, in a folder that can be sent with a report."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest

from mscwatch.errors import ConfigError
from mscwatch.pipeline.record_contact import ALIAS, TRIAL, record_contact
from mscwatch.registry.http import BARE_AGENT
from mscwatch.replica import Replica, Response
from mscwatch.settings import Settings
from mscwatch.watches import load_watch
from support import faults
from support.histories import as_told, history_of, story
from support.odd import say
from support.records import record
from support.snapshots import night_at

NUMBER = int(TRIAL[3:])
CONTACTS = {"centralContacts": [{"name": "A person", "phone": "555"}], "overallOfficials": []}


@pytest.fixture
def registry():
    """The trial of the requests with its history and its alias; `intercept` may be replaced."""
    shown = record(NUMBER, contactsLocationsModule=CONTACTS)
    night = night_at(datetime(2022, 10, 6, 9), shown, **{ALIAS: TRIAL})
    told = history_of({TRIAL: as_told(story(NUMBER))})
    with Replica([night], intercept=told) as running:
        yield running


def recorded(url, folder, **values):
    settings = Settings(api_url=url, min_interval=0, timeout=2, **values)
    contact = record_contact(settings, load_watch("msc-liver"), folder)
    notes = {path.stem[3:]: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    return contact, notes


def test_every_answer_is_there_with_its_headers(registry, tmp_path):
    contact, notes = recorded(registry.url, tmp_path / "sent")
    assert len(notes) == len(registry.requests) == len(contact.lines) == 16
    assert [notes[name]["request"]["user_agent"].startswith(token) for name, token in (
        ("version-agent-own", "python-requests/"), ("version-agent-bare", BARE_AGENT), ("version-agent-token-last", "mscwatch/"),
    )] == [True] * 3  # fmt: skip
    assert notes["version-agent-own"]["dataTimestamp"].startswith("2022-10-06")
    assert notes["record"]["version_holder"] == "2022-10-06"
    assert (notes["alias"]["status"], TRIAL in notes["alias"]["headers"]["Location"]) == (301, True)
    assert notes["unknown-trial"]["status"] == 404
    assert notes["malformed-number"]["status"] == 400
    assert len(notes["long-url"]["request"]["url"]) > 8_000
    assert "Wharton%27s" in notes["apostrophe"]["request"]["url"]
    assert "<p>" in (tmp_path / "sent" / "16-history-version.body").read_text()
    assert (tmp_path / "sent" / "summary.txt").read_text().splitlines() == contact.lines
    assert str(tmp_path / "sent") in contact.sentence


def test_no_secret_and_no_contact_is_written(registry, tmp_path):
    registry.intercept = faults.either(
        registry.intercept,
        faults.on(
            "NCT99999999", lambda request: Response(404, {"Set-Cookie": "id=c00kie"}, b"no hunter2 here")
        ),
    )
    url = registry.url.replace("//", "//reader:hunter2@")
    recorded(url, tmp_path / "sent", contact="me@example.org")
    written = "".join(path.read_text() for path in (tmp_path / "sent").iterdir())
    assert not re.findall("hunter2|reader|c00kie|me@example|A person|555", written)
    assert "python-requests" in written


def test_where_nobody_is_let_in_three_requests_are_all(registry, tmp_path):
    registry.intercept = faults.status(403, "<b>no</b>", html=True)
    contact, notes = recorded(registry.url, tmp_path / "sent")
    assert [note["status"] for note in notes.values()] == [403] * 3
    assert len(contact.lines) == 3


def test_the_agent_that_is_let_in_asks_the_rest(registry, tmp_path):
    told = registry.intercept

    def only_bare(request):
        return told(request) if request.headers["User-Agent"] == BARE_AGENT else faults.status(403)(request)

    registry.intercept = only_bare
    _, notes = recorded(registry.url, tmp_path / "sent")
    assert {note["request"]["user_agent"] for note in list(notes.values())[3:]} == {BARE_AGENT}
    assert len(notes) == 16


def test_a_registry_that_does_not_answer_is_recorded_too(tmp_path):
    _, notes = recorded("http://127.0.0.1:9/api/v2", tmp_path / "sent")
    assert [note["error"] for note in notes.values()] == ["no connection"] * 3


def test_a_folder_that_cannot_be_written_is_a_sentence(registry, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"Cannot write into .*Choose another DIR"):
        recorded(registry.url, tmp_path / "file")


def test_doctor_records_within_twenty_requests_and_says_where(registry, tmp_path):
    values = {"api_url": registry.url, "data_dir": tmp_path / "data", "min_interval": 0}
    done = say("doctor", "--json", "--record", "sent", folder=tmp_path, **values)
    assert json.loads(done.stdout)["checks"]
    assert "Recorded 16 answers in sent" in done.stderr
    assert len(registry.requests) <= 20
