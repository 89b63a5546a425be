"""Commands in processes that can be killed: forked from one that has imported everything, which costs a second each time."""

from __future__ import annotations

import multiprocessing
import os
import sys

from mscwatch.cli import main

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["mscwatch.cli.nights", "mscwatch.pipeline.paper_search", "netrc"])


def start(words, folder, settings, log):
    """Start `mscwatch …` in a folder, with MSCWATCH_ variables; what it prints is added to the file `log`."""
    variables = {f"MSCWATCH_{name.upper()}": str(value) for name, value in settings.items()}
    process = FORKS.Process(target=_command, args=(list(words), folder, variables, log), daemon=True)
    process.start()
    return process


def _command(words, folder, variables, log):
    os.chdir(folder)
    os.environ |= variables
    sys.argv = ["mscwatch", *words]
    with log.open("ab", 0) as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    main()
