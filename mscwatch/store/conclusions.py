"""What is concluded from the stored records as a whole: the kinds of papers, numbers, then the verdicts on claims."""

from __future__ import annotations

from mscwatch.store import found_papers, papers, registry_ids, review_claims
from mscwatch.store.ledger import LAST_WRITTEN_RUN, last_written_run
from mscwatch.store.sql import Connection, scalar


def refresh(con: Connection) -> None:
    """Draw the conclusions within the caller's transaction, unless that was done since the last run that wrote."""
    if scalar(
        con, f"SELECT ({LAST_WRITTEN_RUN}) IS DISTINCT FROM (SELECT value FROM meta WHERE key = 'claims_of')"
    ):
        recompute(con)


def recompute(con: Connection) -> None:
    """Draw them anew, within the caller's transaction. Nothing is concluded before a run has written."""
    if last_written_run(con) is None:
        return
    papers.refresh(con)
    found_papers.refresh(con)
    registry_ids.refresh(con)
    review_claims.recompute(con)
