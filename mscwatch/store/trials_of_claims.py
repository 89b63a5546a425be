"""The trials behind the review's claims: which ones a recomputed number counts, or is made of."""

from __future__ import annotations

from dataclasses import replace

from mscwatch.model import QueryAnswer
from mscwatch.review import claims
from mscwatch.store import views
from mscwatch.store.sql import Connection


def with_trials(con: Connection, answer: QueryAnswer) -> QueryAnswer:
    """Rows of `review_claims`, each with `trials_ids`: a list of NCT numbers and rows of Table 2, or None.

    The queries are this version's own, not those in the rows: a file that somebody hands over runs nothing here.
    """
    queries = {(claim.claim_id, claim.scope): claim.trials for claim in claims.load()}
    shown = [queries.get((row["claim_id"], row["scope"])) for row in answer.rows]
    found = views.answers(con, filter(None, shown), {"ids": "VARCHAR[]"}) if any(shown) else {}
    rows = tuple(
        {**row, "trials_ids": found[query][0] if query else None}
        for row, query in zip(answer.rows, shown, strict=True)
    )
    return replace(answer, rows=rows)
