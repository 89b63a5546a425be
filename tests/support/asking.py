"""When requests arrived at an embedded registry, and which trials its pages held."""

from __future__ import annotations

import itertools
import time

from support.records import nct_id

ALL = {"query.term": "ALL"}


def noting(times, fault=lambda _: None):
    """An intercept that notes when each request arrives."""

    def strike(request):
        times.append(time.monotonic())
        return fault(request)

    return strike


def gaps(times):
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def ids(pages):
    return [nct_id(one) for page in pages for one in page.records]
