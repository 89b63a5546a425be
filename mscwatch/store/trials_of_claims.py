"""The trials behind the review's claims: which ones a recomputed number counts, or is made of."""

from __future__ import annotations

from dataclasses import replace

from mscwatch.model import QueryAnswer
from mscwatch.review import claims
from mscwatch.store.sql import Connection, scalar


def with_trials(con: Connection, answer: QueryAnswer) -> QueryAnswer:
    """Rows of `review_claims`, each with `trials_ids`: a list of NCT numbers and rows of Table 2, or None.

    The queries are this version's own, not those in the rows: a file that somebody hands over runs nothing here.
    """
    queries = {(claim.claim_id, claim.scope): claim.trials for claim in claims.load()}
    rows = tuple(
        {**row, "trials_ids": scalar(con, query) if query else None}
        for row in answer.rows
        for query in [queries.get((row["claim_id"], row["scope"]))]
    )
    return replace(answer, rows=rows)
