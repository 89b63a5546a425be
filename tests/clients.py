"""What the tests of the registry's client share: a night of so many trials, and who asked when."""

from __future__ import annotations

import itertools
import time

from records import record

from mscwatch.replica import Snapshot

ALL = {"query.term": "ALL"}
STAMP = "2022-10-06T09:00:05"


def night(count, *more, stamp=STAMP, **aliases):
    found = [*(record(number) for number in range(1, count + 1)), *more]
    return Snapshot(
        stamp, {one["protocolSection"]["identificationModule"]["nctId"]: one for one in found}, aliases
    )


def noting(times, fault=lambda _: None):
    """An intercept that notes when each request arrives."""

    def strike(request):
        times.append(time.monotonic())
        return fault(request)

    return strike


def gaps(times):
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def ids(pages):
    return [one["protocolSection"]["identificationModule"]["nctId"] for page in pages for one in page.records]
