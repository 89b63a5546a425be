"""The review's claims, recomputed: table `review_claims`, where each row holds the query that gives its value."""

from __future__ import annotations

from typing import Any

from mscwatch.review import claims
from mscwatch.store.ledger import LAST_WRITTEN_RUN
from mscwatch.store.sql import Connection, insert, scalar

# The views that claims count, computed once: a temporary table of the same name stands before the view, also where
# the next of them reads it. The rows' queries stay as anybody would run them.
COUNTED = {
    "trials": "WHERE relevance IN ('core', 'unsure')",
    "trials_at_review": "",
    "trials_then_and_now": "",
}


def refresh(con: Connection) -> None:
    """Recompute within the caller's transaction, unless that was done since the last proven night."""
    if scalar(
        con, f"SELECT ({LAST_WRITTEN_RUN}) IS DISTINCT FROM (SELECT value FROM meta WHERE key = 'claims_of')"
    ):
        recompute(con)


def recompute(con: Connection) -> None:
    """Run every claim's query and write the table anew, within the caller's transaction.

    Before the first good night there is nothing to compare, and the table stays empty.
    """
    today = scalar(con, "SELECT day FROM last_night")
    con.execute("DELETE FROM review_claims")
    con.execute(
        f"INSERT OR REPLACE INTO meta SELECT 'claims_of', night FROM (SELECT ({LAST_WRITTEN_RUN}) AS night)"
    )
    if today is None:
        return
    for view, chosen in COUNTED.items():
        con.execute(f"CREATE TEMP TABLE {view} AS FROM main.{view} {chosen}")
    reviewed = scalar(con, "SELECT day FROM review_dates WHERE is_the_date")
    insert(con, "review_claims", [_row(con, claim, today, reviewed) for claim in claims.load()])
    for view in COUNTED:
        con.execute(f"DROP TABLE temp.{view}")


def _row(con: Connection, claim: claims.Claim, today: Any, reviewed: Any) -> dict[str, Any]:
    value = scalar(con, claim.query)
    recomputed = None if value is None else str(value)
    return {
        "claim_id": claim.claim_id,
        "claim": claim.claim,
        "place": claim.place,
        "scope": claim.scope,
        "stated": claim.stated,
        "recomputed": recomputed,
        "verdict": claims.verdict(claim.rule, claim.stated, recomputed),
        "reason": claim.reason,
        "as_of": today if claim.scope == "today" else reviewed,
        "rule": claim.rule,
        "query": claim.query,
    }
