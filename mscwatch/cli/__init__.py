"""The command line: it parses, calls and prints, and decides nothing."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

from mscwatch.digest import printable
from mscwatch.errors import MscwatchError

# New objects after which Python looks for cycles: its default, 700 or 2,000, makes it do so all the while modules load.
GARBAGE_AT = 50_000


def main() -> None:
    """Run the command line. An error becomes one or two sentences on stderr and its exit code (contract, section 1).

    With `--debug` the traceback, causes included, comes before the sentence. A bug leaves a report file as well.
    """
    gc.set_threshold(GARBAGE_AT)
    from mscwatch.cli.app import app

    debug = "--debug" in sys.argv
    words = [word for word in sys.argv[1:] if word != "--debug"]
    try:
        app(args=words)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that closing stdout is silent
        sys.exit(0)
    except Exception as error:  # noqa: BLE001  a bug leaves a report
        _fail(error, words, debug=debug)


def _fail(error: Exception, words: list[str], *, debug: bool) -> NoReturn:
    """Print the sentence of an error, and leave with its exit code."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, MscwatchError):
        sentence, code = str(error), error.exit_code
    elif isinstance(error, OSError) and error.errno:
        place = f"{error.filename}: " if error.filename else ""
        sentence, code = f"{place}{error.strerror}. Check the file and the disk, then try again.", 1
    elif needs_a_run := _of_an_earlier_version(error):
        sentence, code = needs_a_run, 1
    else:
        sentence, code = _bug(error, words), 1
    print(f"mscwatch: {printable(sentence)}", file=sys.stderr)
    sys.exit(code)


def _of_an_earlier_version(error: Exception) -> str:
    """What to do about an error of a published file that lacks what is new; empty for any other error."""
    with suppress(Exception):
        from mscwatch.settings import load_data_dir
        from mscwatch.store import queries
        from mscwatch.store.data_dir import DataDir

        if queries.is_of_an_earlier_version(DataDir(load_data_dir()), error):
            return queries.OF_AN_EARLIER_VERSION
    return ""


def _bug(error: Exception, words: list[str]) -> str:
    from mscwatch.cli.bug_report import masked, write_bug_report
    from mscwatch.settings import secret_values

    what = masked(f"{type(error).__name__}: {error}", secret_values())
    if path := write_bug_report(error, words):
        return f"this should not happen ({what}). Please report it with the file {path}; it holds no secrets."
    return f"this should not happen ({what}). Run again with --debug and report what it prints."
