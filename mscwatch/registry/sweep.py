"""One whole reading of a topic: version, walk, version again; repeated, a few times at most, when the data moved.

Pages that break off begin the walk again with pages of half the size.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from mscwatch.errors import RefusedError
from mscwatch.model import RegistryVersion
from mscwatch.record import version_holder
from mscwatch.registry.client import Client
from mscwatch.registry.http import BrokenOffError
from mscwatch.registry.http_patience import ATTEMPTS
from mscwatch.registry.landing import Landing
from mscwatch.registry.proof import Sweep
from mscwatch.registry.responses import DataMovedError

log = logging.getLogger(__name__)

WALKS = 3
SMALLEST_PAGE = 25  # records; with pages of this size a walk is as patient as any other question
CUTS_OF_A_PAGE = 2  # after so many the walk begins anew with smaller pages


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
    walks, moves = 0, 0
    while moves < WALKS:
        landing = Landing(folder, known)
        walks += 1
        try:
            total, newest = _walk(client, query, landing, page_size)
        except BrokenOffError:
            if page_size <= SMALLEST_PAGE or not client.may_ask_for_less:
                raise
            page_size = max(SMALLEST_PAGE, page_size // 2)
            log.warning("The registry's pages broke off; reading again with pages of %d.", page_size)
            continue
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
                    walks=walks,
                    newest=newest,
                    set_aside=landing.set_aside,
                )
                return counted, landing
        log.warning("The registry's data moved during walk %d; reading again.", walks)
        moves += 1
        before = after
    msg = f"The registry's data moved during {WALKS} walks in a row. Nothing was changed; run again later."
    raise RefusedError(msg)


def _walk(client: Client, query: dict[str, str], landing: Landing, page_size: int) -> tuple[int | None, str]:
    """Land every page, one while the next one is requested.

    Returns the registry's own count of trials, and the latest day of a data set that a record names.
    """
    total: int | None = None
    newest = ""
    with ThreadPoolExecutor(max_workers=1) as lander:
        landed: Future[None] | None = None
        count = 0
        cuts = CUTS_OF_A_PAGE if page_size > SMALLEST_PAGE else ATTEMPTS
        for number, page in enumerate(client.pages(query, page_size, cuts=cuts), start=1):
            if number == 1:
                total = page.total_count
            if landed:
                landed.result()
            landed = lander.submit(landing.land, page.texts)
            count += len(page.texts)
            newest = max([newest, *map(version_holder, page.texts)])
            log.info("Page %d: %d of %s trials.", number, count, "?" if total is None else total)
        if landed:
            landed.result()
    return total, newest
