"""Table `review_claims`: the review's numbers, each recomputed by the query in its row."""

from __future__ import annotations

from typing import Any

from mscwatch.review import claims
from mscwatch.store import views
from mscwatch.store.ledger import LAST_WRITTEN_RUN
from mscwatch.store.sql import Connection, insert, row_of, scalar

# The views that claims count, and what these are made of. Claims count core and unsure trials alone.
COUNTED = ("topic", "publications", "later_papers", "trials_at_review", "living_rows", "trials_then_and_now")
IN_TOPIC = "WHERE relevance IN ('core', 'unsure')"


def recompute(con: Connection) -> None:
    """Run every claim's query and replace the table, within the caller's transaction.

    Before the first trusted run there is nothing to count, and the table stays empty. It also does in a watch that does
    not show the review (`[review] table`).
    """
    today = scalar(con, "SELECT day FROM last_night")
    con.execute("DELETE FROM review_claims")
    con.execute(
        f"INSERT OR REPLACE INTO meta SELECT 'claims_of', night FROM (SELECT ({LAST_WRITTEN_RUN}) AS night)"
    )
    facts = dict(con.execute("SELECT key, value FROM meta").fetchall())
    if today is None or facts.get("review_table") == "false":
        return
    reviewed = scalar(con, "SELECT day FROM review_dates WHERE is_the_date")
    views.hide(con, "trials", IN_TOPIC)
    with views.computed_once(con, COUNTED):
        rows = [_row(con, claim, facts.get("review_topic", ""), today, reviewed) for claim in claims.load()]
    views.show(con, ["trials"])
    insert(con, "review_claims", rows)


def _row(con: Connection, claim: claims.Claim, topic: str, today: Any, reviewed: Any) -> dict[str, Any]:
    value = scalar(con, claim.query)
    recomputed = None if value is None else str(value)
    trials, stating = con.execute(claim.of).fetchall()[0] if claim.of else (None, None)
    verdict, reason = claims.judged(claim, recomputed, topic, trials, stating)
    row = row_of(claim) | {
        "population": claim.population_in_words,
        "recomputed": recomputed,
        "trials": trials,
        "stating": stating,
        "verdict": verdict,
        "reason": reason,
        "as_of": today if claim.scope in {"today", "living"} else reviewed,
    }
    del row["of"]
    return row
