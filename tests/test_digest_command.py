"""`digest` prints what the alerts tell of the nights since a day, out of a real warehouse, and sends nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from mscwatch.cli.app import app
from mscwatch.errors import ConfigError, MscwatchError
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.settings import Settings
from mscwatch.watches import load_watch
from support.records import edited, record, set_status

TODAY, LATER = (f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}" for days in (0, 2))
LITERATURE = {"references": [{"pmid": "17903050", "type": "BACKGROUND", "citation": "Not of this trial."}]}
BASELINE = "begins with 2 trials"
PLAN = set_status("RECRUITING", completionDateStruct={"date": "2021-09"})


def trial(number, cells="Umbilical cord"):
    given = f"{cells} mesenchymal stem cells, 0.5×10^6 cells/kg, by peripheral vein, three times"
    arms = {"interventions": [{"type": "BIOLOGICAL", "name": "MSC", "description": given}]}
    return edited(record(number, armsInterventionsModule=arms, referencesModule=LITERATURE), PLAN)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """A baseline, and a night: a trial completes, another moves a date that nobody is told of, a third enters."""
    folder = tmp_path_factory.mktemp("digest")
    watch = folder / "all.toml"
    watch.write_text('name = "all"\ntitle = "MSC <b>liver</b>"\nbanner = "DEMO: invented."\n[query]\nterm = "ALL"\n'
        '[relevance]\nrules = "msc-liver"\n[review]\ntable = true\n')  # fmt: skip
    before = {f"NCT{number:08}": trial(number) for number in (1, 2)}
    after = {
        "NCT00000001": edited(before["NCT00000001"], set_status("COMPLETED")),
        "NCT00000002": edited(
            before["NCT00000002"], set_status("RECRUITING", startDateStruct={"date": "2020-07"})
        ),
    }
    after["NCT00000003"] = trial(3, "Dental pulp")
    with Replica(
        [Snapshot("2022-10-06T09:00:05", before), Snapshot("2022-10-07T09:00:05", after)]
    ) as registry:
        settings = Settings(data_dir=folder / "data", min_interval=0, retry_budget=0, api_url=registry.url)
        for _ in range(2):
            run_watch(RunOrder(settings, load_watch(str(watch))))
            registry.advance()
    return folder / "data"


@pytest.fixture
def digest(data_dir, monkeypatch):
    """The command on that warehouse; what it raises is raised."""
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(data_dir))

    def run(*arguments):
        return CliRunner().invoke(app, ["digest", *arguments], catch_exceptions=False)

    return run


def test_the_text_is_what_a_mail_would_say(digest):
    answer = digest("--since", TODAY)
    assert answer.exit_code == 0
    assert answer.output.startswith("DEMO: invented.")
    assert "Data of 2022-10-07: 1 entered the watch, 1 completed" in answer.output
    said = " ".join(answer.output.split())
    assert "NCT00000001 https://clinicaltrials.gov/study/NCT00000001" in said
    assert "recruiting → completed" in said
    assert (
        "No publication known, no results on the registry, 12 months after its completion date (2021-09)."
        in said
    )
    assert (
        "Cirrhosis (HBV) · allogeneic umbilical cord MSC · peripheral vein · 5×10⁵ cells/kg, up to 3 times"
        in said
    )
    assert "Same kind of cells, route and disease as the review's Table 2 rows 7 (Zhang Z 2012)" in said
    assert "The only trial of the watch with cells from dental pulp." in said
    assert BASELINE in said
    assert "NCT00000002" not in said  # its date moved, which the alerts do not tell


def test_the_page_and_the_message_for_slack_tell_the_same(digest):
    page = digest("--since", TODAY, "--format", "html").output
    assert page.startswith("<!DOCTYPE html>")
    assert "MSC &lt;b&gt;liver&lt;/b&gt;" in page
    sent = json.loads(digest("--since", TODAY, "--format", "slack").output)
    assert sent["blocks"][0]["text"]["text"].startswith("[DEMO] mscwatch: 1 entered the watch, 1 completed")
    for form in (page, json.dumps(sent, ensure_ascii=False)):
        assert "NCT00000001" in form
        assert "12 months after its completion date" in form
        assert BASELINE in form


def test_when_there_is_nothing_to_tell_it_says_so_and_ends_in_1(digest):
    with pytest.raises(MscwatchError, match="nothing to tell since") as caught:
        digest("--since", LATER)
    assert caught.value.exit_code == 1
    with pytest.raises(MscwatchError, match="nothing to tell"):
        digest("--since", "2001-01-01", "--until", TODAY)


def test_days_that_hold_no_night_are_a_usage_error(digest):
    with pytest.raises(ConfigError, match="not after") as caught:
        digest("--since", TODAY, "--until", TODAY)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("arguments", [(), ("--since", "yesterday"), ("--since", TODAY, "--format", "pdf")])
def test_a_day_or_a_form_that_is_none_is_a_usage_error(digest, arguments):
    assert digest(*arguments).exit_code == 2


def test_only_what_the_alerts_of_the_watch_admit_is_told(digest, tmp_path, monkeypatch):
    watch = tmp_path / "own.toml"
    watch.write_text('extends = "msc-liver"\n[alerts]\nkinds = ["date_changed"]\n')
    monkeypatch.setenv("MSCWATCH_WATCH", str(watch))
    said = digest("--since", TODAY).output
    assert "NCT00000002" in said
    assert "NCT00000001" not in said
