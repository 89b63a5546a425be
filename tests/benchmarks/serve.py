"""The embedded registry over NDJSON files, one night each; a line on stdin goes on to the next night.

Every search finds every record, so a page is the same for all who ask; it is packed once and kept, lest the registry's
own work, which elsewhere happens on another machine, be measured with the rest.
"""

import gzip
import sys

from mscwatch.replica import Replica, Request, Response, snapshot_from_ndjson

DAYS = ("2022-10-06T09:00:05", "2022-10-07T09:00:05")


def main(*files):
    nights = [snapshot_from_ndjson(path, data_timestamp=day) for path, day in zip(files, DAYS, strict=True)]
    packed = {}

    def from_what_is_packed(request: Request):
        if not request.path.endswith("/studies"):
            return None
        page = (registry.night, request.query.get("pageToken"), request.query["pageSize"])
        if page not in packed:
            plain = request.usual()
            headers = {**plain.headers, "Content-Encoding": "gzip"}
            packed[page] = Response(plain.status, headers, gzip.compress(plain.body, compresslevel=6))
        return packed[page]

    with Replica(nights, intercept=from_what_is_packed) as registry:
        print(registry.url, flush=True)
        for _ in sys.stdin:
            registry.advance()
            print("next", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
