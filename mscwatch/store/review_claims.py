"""Table `review_claims`: the review's numbers, each recomputed by the query in its row."""

from __future__ import annotations

from mscwatch.review import claims
from mscwatch.store import views
from mscwatch.store.ledger import LAST_WRITTEN_RUN
from mscwatch.store.sql import Connection, insert, row_of, scalar

# The views that claims count, and what these are made of. The queries name views, so that anybody can run them.
COUNTED = ("topic", "publications", "later_papers", "trials_at_review", "living_rows", "trials_then_and_now")
# Claims count core and unsure trials alone.
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
    stated = list(claims.load())
    views.hide(con, "trials", IN_TOPIC)
    with views.computed_once(con, COUNTED):
        recomputed = views.answers(con, (claim.query for claim in stated), {"value": "VARCHAR"})
        counted = views.answers(
            con, filter(None, (claim.of for claim in stated)), {"trials": "BIGINT", "stating": "BIGINT"}
        )
    views.show(con, ["trials"])
    rows = []
    for claim in stated:
        (value,) = recomputed[claim.query]
        trials, stating = counted[claim.of] if claim.of else (None, None)
        verdict, reason = claims.judged(claim, value, facts.get("review_topic", ""), trials, stating)
        row = row_of(claim) | {
            "population": claim.population_in_words,
            "recomputed": value,
            "trials": trials,
            "stating": stating,
            "verdict": verdict,
            "reason": reason,
            "as_of": today if claim.scope in {"today", "living"} else reviewed,
        }
        del row["of"]
        rows.append(row)
    insert(con, "review_claims", rows)
