"""The operator's commands say what they did."""

from __future__ import annotations

import pytest

from mscwatch.errors import ConfigError


@pytest.mark.slow
def test_each_command_says_what_it_did(command, tmp_path):
    said = command("export", tmp_path / "out", "--format", "csv").output
    assert f"rows in {tmp_path / 'out'} as csv" in said
    said = command("rebuild").output
    assert "made from 3 records; 0 trials or links are read differently. Published." in said
    said = command("backup", tmp_path / "saved.zip").output
    assert "4 records and 4 events of the watch all" in said
    assert isinstance(command("restore", tmp_path / "saved.zip").exception, ConfigError)
    said = command("restore", tmp_path / "saved.zip", "--replace").output
    assert "is back in" in said
    assert command("restore", tmp_path / "no.zip").exit_code == 2
    assert command("export", tmp_path / "x", "--format", "xlsx").exit_code == 2
