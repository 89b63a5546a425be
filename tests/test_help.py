"""What a newcomer meets: `--help` of every command, and what the shell completes."""

from __future__ import annotations

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from mscwatch.cli.app import COMMANDS, app

GROUP = get_command(app)
BY_NAME = {name: GROUP.get_command(None, name) for name in COMMANDS}
ROOM = 60  # characters that a terminal of 80 leaves beside the longest command


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_in_one_whole_line_what_it_does(name):
    said = BY_NAME[name].get_short_help_str(limit=ROOM)
    assert said
    assert not said.endswith("...")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_is_explained(name):
    for parameter in BY_NAME[name].params:
        assert getattr(parameter, "help", None) or parameter.name == "help", parameter.name
    shown = CliRunner().invoke(app, [name, "--help"], terminal_width=80).output
    assert max(map(len, shown.splitlines())) <= 80
    assert "%Y" not in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_names_a_misspelt_setting_on_stderr_and_the_shell_completes_all_the_same(
    name, monkeypatch
):
    monkeypatch.setenv("MSCWATCH_SMTP_ULR", "smtp://hunter2@example.org")
    done = CliRunner().invoke(app, [name, "--help"])
    warning = "mscwatch: warning: MSCWATCH_SMTP_ULR is not a setting. Do you mean MSCWATCH_SMTP_URL?"
    assert warning in done.stderr
    assert "hunter2" not in done.output
    assert "warning" not in done.stdout


def completed(*words, **settings):
    """What bash is offered after these words."""
    asked = {"_MSCWATCH_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(["mscwatch", *words])}
    asked["COMP_CWORD"] = str(len(words))
    asked |= {f"MSCWATCH_{name.upper()}": str(value) for name, value in settings.items()}
    return CliRunner().invoke(app, [], env=asked, prog_name="mscwatch").stdout.split()


def test_the_shell_completes_commands_watches_kinds_and_channels():
    assert completed("stat") == ["status"]
    assert completed("run", "--watch", "msc") == ["msc", "msc-liver"]
    assert completed("events", "--kind", "with") == ["withdrawn", "withheld"]
    mail = {"smtp_url": "smtp://h:1", "email_from": "a@example.org", "email_to": "b@example.org"}
    assert completed("test-alert", "e", **mail) == ["email"]


def test_the_shell_completes_trials_and_events_of_the_warehouse(two_nights):
    folder = {"data_dir": two_nights.settings.data_dir}
    assert completed("show", "NCT", **folder) == ["NCT00000001", "NCT00000002", "NCT00000003"]
    assert completed("events", "--trial", "NCT00000002", **folder) == ["NCT00000002"]
    assert len(completed("explain", "", **folder)) == 1


def test_where_nothing_can_be_known_the_shell_is_offered_nothing():
    assert completed("show", "NCT") == []
    assert completed("test-alert", "e", cron="soon") == []
