"""`mscwatch run --direct --json`, with the seconds that each step took beside the rest."""

import json
import time

import mscwatch.cli.app
import mscwatch.cli.nights  # noqa: F401  what the command loads before it begins
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.settings import load_settings
from mscwatch.watches import load_watch


def main():
    steps = {}

    def timed(name, action, *, asks_registry=False):
        begun = time.monotonic()
        try:
            return action()
        finally:
            steps[name] = time.monotonic() - begun

    settings = load_settings()
    result = run_watch(RunOrder(settings, load_watch(settings.watch)), timed)
    print(json.dumps(result.as_json() | {"steps": steps}))
    raise SystemExit(result.exit_code)


if __name__ == "__main__":
    main()
