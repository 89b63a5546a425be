"""The command line: it parses, calls and prints, and decides nothing."""

from __future__ import annotations

import os
import sys
import traceback

from mscwatch.errors import MscwatchError


def main() -> None:
    """Run the command line. An error becomes one or two sentences on stderr and its exit code (contract, section 1).

    With `--debug` the traceback, causes included, comes before the sentence.
    """
    from mscwatch.cli.app import app

    debug = "--debug" in sys.argv
    try:
        app(args=[word for word in sys.argv[1:] if word != "--debug"])
    except MscwatchError as error:
        if debug:
            traceback.print_exc()
        print(f"mscwatch: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that closing stdout is silent
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        print(
            f"mscwatch: this should not happen ({type(error).__name__}: {error}). "
            "Run again with --debug and report what it prints.",
            file=sys.stderr,
        )
        sys.exit(1)
