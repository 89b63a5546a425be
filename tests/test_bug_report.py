"""A bug leaves a file with what is needed to mend it, and without secrets; any other failure is a sentence."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from mscwatch import cli
from mscwatch.cli import app as commands
from mscwatch.cli.bug_report import masked

WEBHOOK = "https://hooks.slack.com/services/T0AAAA/B0BBBB/hunter2?token=s3cr3t"


@pytest.fixture
def fails(monkeypatch, capsys):
    """Run the command line with a command that raises; what it printed on stderr, and its exit code."""

    def run(error, *words):
        def broken(**_):
            raise error

        monkeypatch.setattr(commands, "app", broken)
        monkeypatch.setattr(sys, "argv", ["mscwatch", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return capsys.readouterr().err, ended.value.code

    return run


def report(folder):
    [path] = folder.glob("mscwatch-bug-*.txt")
    return path, path.read_text()


def test_a_bug_writes_its_report_into_the_data_directory_and_names_it(fails, monkeypatch, tmp_path):
    (tmp_path / "warehouse").mkdir()
    monkeypatch.setenv("MSCWATCH_CONTACT", "me@example.org")
    monkeypatch.setenv("MSCWATCH_PAGE_SIZE", "7")
    monkeypatch.setenv("MSCWATCH_SLACK_WEBHOOK_URL", WEBHOOK)
    monkeypatch.setenv("MSCWATCH_SMTP_URL", "smtp://anne:pass/word@mail.example.org")
    secrets = f"{WEBHOOK} hunter2 s3cr3t pass/word anne@example.org smtp://x:y/z@host"
    told, code = fails(RuntimeError(secrets), "sql", "SELECT 'hunter2'")
    path, text = report(tmp_path / "warehouse")
    assert code == 1
    assert "should not happen (RuntimeError" in told
    assert str(path.relative_to(tmp_path)) in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for words in (
        "duckdb ",
        "prefect ",
        "Python 3",
        "mscwatch sql",
        "MSCWATCH_PAGE_SIZE = 7",
        "Traceback",
        "in broken",
    ):
        assert words in text
    for secret in ("hunter2", "s3cr3t", "pass/word", "word@", "anne", "me@example.org", "y/z"):
        assert secret not in text + told


def test_without_a_data_directory_or_usable_settings_the_report_lies_in_the_temporary_folder(
    fails, monkeypatch, tmp_path
):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("MSCWATCH_SLACK_WEBHOOK_URL", WEBHOOK)
    Path("mscwatch.toml").write_text("watch = ")
    fails(KeyError("hunter2"))
    _, text = report(temporary)
    assert "not valid TOML" in text
    assert "hunter2" not in text
    assert not (tmp_path / "warehouse").exists()


def test_where_no_report_can_be_written_the_bug_is_told_all_the_same(fails, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/dev/null")
    told, code = fails(ValueError("x"))
    assert (code, "should not happen (ValueError: x). Run again with --debug" in told) == (1, True)


def test_a_failure_of_a_file_or_disk_is_no_bug(fails, tmp_path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "page.html")
    assert fails(full) == (
        "mscwatch: page.html: No space left on device. Check the file and the disk, then try again.\n",
        1,
    )
    assert list(tmp_path.rglob("mscwatch-bug-*")) == []


@pytest.mark.parametrize(
    ("text", "secret", "shown"),
    [
        ("GET /services/T0/B0/hunter2?token=x", WEBHOOK, "GET /***/T0/B0/***?***=x"),
        ("no hunter3", WEBHOOK, "no hunter3"),
        ("to a.b@example.org, c", "", "to ***, c"),
        ("https://a:b@host/x", "", "https://***@host/x"),
    ],
)
def test_parts_of_secrets_and_addresses_are_masked_and_nothing_else(text, secret, shown):
    assert masked(text, [secret] if secret else []) == shown
