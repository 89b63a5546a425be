"""`doctor` fails for what would fail a run, with the run's own code."""

from __future__ import annotations

import pytest

from mscwatch.pipeline import doctor
from mscwatch.replica import Replica, Snapshot
from mscwatch.settings import Settings
from support.orders import WATCH, write_watch
from support.records import by_id, record
from support.sinks import WebhookSink


@pytest.fixture
def checked(tmp_path, watch_file):
    """The checks by name; keyword arguments are settings. Nothing answers as registry."""

    def run(**values):
        usual = {"api_url": "http://127.0.0.1:9", "data_dir": tmp_path / "data", "watch": str(watch_file)}
        return {check.what: check for check in doctor.run_checks(Settings(**usual | values))}

    return run


def test_a_misspelt_variable_fails_with_the_name_that_was_meant(checked, monkeypatch):
    assert checked()["settings"].good
    monkeypatch.setenv("MSCWATCH_SMTP_ULR", "smtp://hunter2@example.org")
    found = checked()["settings"]
    assert not found.good
    assert "MSCWATCH_SMTP_ULR is not a setting. Do you mean MSCWATCH_SMTP_URL?" in found.detail
    assert "hunter2" not in found.detail


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (WATCH.replace('"msc-liver"', '"msc_livr"'), "'cell-therapy-liver' or 'msc', not 'msc_livr'"),
        (WATCH + '[alerts]\nrelevance = ["cores"]\n', "alerts.relevance"),
        (WATCH + '[alerts]\nkinds = ["complete"]\n', "'completed'"),
    ],
)
def test_a_word_of_the_watch_file_that_is_none_fails(checked, watch_file, text, word):
    watch_file.write_text(text)
    found = checked()["watch"]
    assert not found.good
    assert word in found.detail


def test_a_subscription_of_no_channel_fails(checked, watch_file):
    watch_file.write_text(WATCH + '[[subscriptions]]\nchannel = "emial"\n')
    found = checked()["channels"]
    assert not found.good
    assert "emial" in found.detail


def test_prefect_is_asked_only_where_the_environment_names_a_server(checked, monkeypatch):
    found = checked()["prefect"]
    assert (found.good, "no server is configured" in found.detail) == (True, True)
    with WebhookSink() as server:
        monkeypatch.setenv("PREFECT_API_URL", server.url)
        found = checked()["prefect"]
        assert (found.good, found.detail[:20]) == (True, "a server answers at ")


@pytest.mark.parametrize("url", ["http://me:hunter2@127.0.0.1:9/api", "127.0.0.1:9/hunter2"])
def test_a_prefect_server_that_does_not_answer_fails_without_its_secrets(checked, monkeypatch, url):
    monkeypatch.setenv("PREFECT_API_URL", url)
    found = checked()["prefect"]
    assert not found.good
    assert "No Prefect server answers at " in found.detail
    assert "PREFECT_API_URL" in found.detail
    assert "hunter2" not in found.detail


PAPERS = WATCH + '[papers]\nquery = "liver"\nmin = 2\n'
ONE_PAPER = Snapshot(None, by_id([record(1)]), papers=[{"pmid": "1", "title": "Cells in the liver"}])


def test_paper_sources_are_checked_as_a_night_asks_them(checked, tmp_path):
    def found(text, **values):
        return checked(watch=str(write_watch(tmp_path, text)), **values)["paper sources"]

    with Replica([ONE_PAPER]) as there:
        urls = {"api_url": there.url, "europepmc_url": there.europepmc_url, "pubmed_url": there.pubmed_url}
        good = found(PAPERS.replace("min = 2", "min = 1"), **urls)
        few = found(PAPERS, **urls)
        wrong = found(PAPERS, **urls | {"pubmed_url": "http://127.0.0.1:9"})
    assert (good.good, good.detail) == (True, "Europe PMC finds 1 papers for the watch, PubMed answers")
    assert (few.good, "finds 1 papers, fewer than the 2 that" in few.detail) == (False, True)
    assert (wrong.good, "set MSCWATCH_PAPERS=off" in wrong.detail) == (False, True)
    assert "no table [papers]" in found(WATCH).detail
    assert "not asked" in found(PAPERS).detail
    assert found(PAPERS, papers=False).detail == "off (MSCWATCH_PAPERS)"
