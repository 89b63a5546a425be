"""The trials behind the review's claims: which ones a recomputed number counts, or is made of."""

from __future__ import annotations

from dataclasses import replace

from mscwatch.model import QueryAnswer
from mscwatch.review import claims
from mscwatch.store.sql import Connection, scalar

# What the claims ask, computed once: a temporary table hides the view of its name.
ASKED = ("trials_at_review", "living_rows", "trials_then_and_now")


def with_trials(con: Connection, answer: QueryAnswer) -> QueryAnswer:
    """Rows of `review_claims`, each with `trials_ids`: a list of NCT numbers and rows of Table 2, or None.

    The queries are this version's own, not those in the rows: a file that somebody hands over runs nothing here.
    """
    queries = {(claim.claim_id, claim.scope): claim.trials for claim in claims.load()}
    for view in ASKED if answer.rows else ():
        con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {view} AS FROM {view}")
    rows = tuple(
        {**row, "trials_ids": scalar(con, query) if query else None}
        for row in answer.rows
        for query in [queries.get((row["claim_id"], row["scope"]))]
    )
    return replace(answer, rows=rows)
