"""`mscwatch run --direct --json`, with the seconds that each step took beside the rest."""

import gc
import json
import time
from importlib import import_module

from mscwatch import cli


def main():
    """Begin as the command does, import what it imports, and run the night that it runs."""
    gc.set_threshold(cli.GARBAGE_AT)
    import_module("mscwatch.cli.app")
    import_module("mscwatch.cli.nights")
    context, run = import_module("mscwatch.pipeline.context"), import_module("mscwatch.pipeline.run")
    settings, watches = import_module("mscwatch.settings"), import_module("mscwatch.watches")

    steps = {}

    def timed(name, action, *, asks_registry=False):
        begun = time.monotonic()
        try:
            return action()
        finally:
            steps[name] = time.monotonic() - begun

    chosen = settings.load_settings()
    result = run.run_watch(context.RunOrder(chosen, watches.load_watch(chosen.watch)), timed)
    print(json.dumps(result.as_json() | {"steps": steps}))
    raise SystemExit(result.exit_code)


if __name__ == "__main__":
    main()
