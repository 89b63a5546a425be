"""The embedded registry over NDJSON files, one night each; a line on stdin goes on to the next night."""

import sys

from mscwatch.registry.replica import Replica, night_from_ndjson

DAYS = ("2022-10-06T09:00:05", "2022-10-07T09:00:05")

if __name__ == "__main__":
    nights = [
        night_from_ndjson(path, data_timestamp=day) for path, day in zip(sys.argv[1:], DAYS, strict=True)
    ]
    with Replica(nights) as registry:
        print(registry.url, flush=True)
        for _ in sys.stdin:
            registry.advance()
            print("next", flush=True)
