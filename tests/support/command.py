"""`mscwatch …` as a person meets it: its exit code and what it prints, run in this process or in one of its own."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from mscwatch.cli import main

PATIENCE = 240  # seconds for a command, on a machine with other things to do


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def run_here(words, settings, stdin=""):
    """Run the command line's own entry in this process; `settings` are MSCWATCH_ variables."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, _logging_restored():
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["mscwatch", *words])
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = _exit_code()
    return Done(code, out.getvalue(), err.getvalue())


def run_in_a_process(words, settings, stdin=None):
    """Run `python -m mscwatch` in the working directory, with nobody's settings but these."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MSCWATCH_")}
    done = subprocess.run(
        [sys.executable, "-m", "mscwatch", *words],
        env=environment | settings, capture_output=True, text=True, timeout=PATIENCE, check=False, input=stdin,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def _exit_code():
    try:
        main()
    except SystemExit as leaving:
        return leaving.code or 0
    return 0


@contextlib.contextmanager
def _logging_restored():
    """A command logs to its own stderr; what is logged later goes where it went before."""
    logger = logging.getLogger("mscwatch")
    before = logger.level, logger.propagate, logger.handlers
    try:
        yield
    finally:
        logger.level, logger.propagate, logger.handlers = before
