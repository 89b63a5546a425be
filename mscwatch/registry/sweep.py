"""One whole reading of a topic: version, walk, version again; repeated, a few times at most, when the data moved."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from mscwatch.errors import RefusedError
from mscwatch.model import RegistryVersion, Sweep
from mscwatch.registry.client import Client, DataMovedError
from mscwatch.registry.landing import Landing

log = logging.getLogger(__name__)

WALKS = 3


def sweep(
    client: Client,
    query: dict[str, str],
    folder: Path,
    *,
    before: RegistryVersion,
    page_size: int,
    known: Mapping[str, str],
) -> tuple[Sweep, Landing]:
    """Read the whole topic into `folder`: what the sweep counted, and the landed pages.

    `before` is the registry's version just before. `known` are the fingerprints of stored records, each with its NCT
    number. Raises `RefusedError` when the data moved during every walk, and what `Client.pages` and `Client.version`
    raise.
    """
    for walk in range(1, WALKS + 1):
        landing = Landing(folder, known)
        try:
            total = _walk(client, query, landing, page_size)
        except DataMovedError:
            after = client.version()
        else:
            after = client.version()
            if after == before:
                counted = Sweep(
                    before=before,
                    after=after,
                    total_count=total,
                    distinct=len(landing.ids),
                    duplicates=landing.duplicates,
                    nameless=landing.nameless,
                    walks=walk,
                    set_aside=landing.set_aside,
                )
                return counted, landing
        log.warning("The registry's data moved during walk %d; reading again.", walk)
        before = after
    msg = f"The registry's data moved during {WALKS} walks in a row. Nothing was changed; run again later."
    raise RefusedError(msg)


def _walk(client: Client, query: dict[str, str], landing: Landing, page_size: int) -> int | None:
    """Land every page, one while the next one is requested. Returns the registry's own count of trials."""
    total: int | None = None
    with ThreadPoolExecutor(max_workers=1) as lander:
        landed: Future[None] | None = None
        count = 0
        for number, page in enumerate(client.pages(query, page_size), start=1):
            if number == 1:
                total = page.total_count
            if landed:
                landed.result()
            landed = lander.submit(landing.land, page.texts)
            count += len(page.texts)
            log.info("Page %d: %d of %s trials.", number, count, "?" if total is None else total)
        if landed:
            landed.result()
    return total
