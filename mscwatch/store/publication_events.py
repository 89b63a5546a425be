"""What `publications` says anew since the last run: what counts, what was retracted, what the registry lists late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from mscwatch.model import Event
from mscwatch.store.commit import AREA
from mscwatch.store.sql import Connection, column, meta, scalar, set_meta

KNOWN = "retracted_papers"  # key of `meta`: the papers that are known as retracted

FOUND = """
SELECT p.nct_id, coalesce(told.identifier, k.aliases[1], p.paper_id), coalesce(k.title, p.citation), p.kind,
    CASE WHEN p.grade <> 'accepted' THEN p.strength END,
    coalesce(CASE WHEN p.grade = 'accepted' THEN p.reason ELSE p.basis END, '')
FROM publications AS p JOIN watched AS w USING (nct_id) LEFT JOIN papers AS k USING (paper_id)
LEFT JOIN (  -- told before, under one of its identifiers
    SELECT e.nct_id, f.paper_id, min(e.after) AS identifier
    FROM events AS e JOIN papers AS f ON e.after = f.paper_id OR list_contains(f.aliases, e.after)
    WHERE e.kind = 'publication_found' GROUP BY ALL
) AS told ON told.nct_id = p.nct_id AND told.paper_id = p.paper_id
WHERE p.counts AND w.relevance IN ('core', 'unsure') AND p.paper_id IS NOT NULL
    AND p.reference_type IS NULL AND p.review_row IS NULL AND NOT p.is_retracted  -- which RETRACTED tells
ORDER BY ALL
"""

# Without a paper that a search found or a person named, none counts that is not listed. Where there is none, and no new
# retraction, `publications` is not asked: to plan that view takes ten times as long as these two queries.
MAY_COUNT = "SELECT EXISTS (FROM found_links) OR EXISTS (FROM link_decisions)"
MAY_BE_RETRACTED = "SELECT EXISTS (FROM papers WHERE is_retracted AND NOT list_contains(?, paper_id))"

RETRACTED = """
SELECT p.nct_id, p.paper_id, coalesce(k.title, p.citation, '') FROM publications AS p JOIN papers AS k USING (paper_id)
WHERE p.counts AND k.is_retracted AND NOT list_contains(?, p.paper_id) ORDER BY ALL
"""

# A reference that the registry lists after it was found: the same news a second time.
LISTED_LATE = """
UPDATE events SET severity = 'low',
    summary = summary || ' (known since ' || f.observed_at::DATE || ', when it was found)'
FROM (SELECT nct_id, after, observed_at FROM events WHERE kind = 'publication_found') AS f
WHERE events.kind = 'publication_linked' AND events.run_id = ? AND events.severity <> 'low' AND f.nct_id = events.nct_id
    AND starts_with(f.after, 'PMID:')
    AND regexp_matches(events.field || ' ' || coalesce(events.after, ''), '\\b' || substr(f.after, 6) || '\\b')
"""


class Standing(NamedTuple):
    """How near a trial is to the topic, its group of liver diseases, and the area that it treats."""

    relevance: str
    indication_group: str
    area: str | None


def newly_counting(con: Connection) -> list[tuple[str, str, str, str, str | None, str]]:
    """Papers of the topic's trials that count without the registry or Table 2 listing them.

    Rows of trial, first identifier, title, kind, strength (none where a person accepted it) and basis; also those of
    which an event was raised.
    """
    return con.execute(FOUND).fetchall() if scalar(con, MAY_COUNT) else []


def newly_retracted(con: Connection) -> list[tuple[str, str, str]]:
    """Papers that count and are known as retracted since the last run: trial, paper, title. None the first time."""
    if (text := meta(con, KNOWN)) is None:
        return []
    known = orjson.loads(text)
    return con.execute(RETRACTED, [known]).fetchall() if scalar(con, MAY_BE_RETRACTED, [known]) else []


def note_retractions(con: Connection) -> None:
    known = column(con, "SELECT paper_id FROM papers WHERE is_retracted ORDER BY ALL")
    set_meta(con, {KNOWN: orjson.dumps(known).decode()})


def lower_what_was_known(con: Connection, run_id: str) -> None:
    """Make the run's events about a paper that was found before low, and say so in them."""
    con.execute(LISTED_LATE, [run_id])


def not_raised_yet(con: Connection, events: Sequence[Event]) -> list[Event]:
    query = "SELECT event_id FROM events WHERE list_contains(?, event_id)"
    stored = column(con, query, [[event.event_id for event in events]])
    return [event for event in events if event.event_id not in stored]


def standing(con: Connection, nct_id: str) -> Standing:
    """How a watched trial is judged now."""
    [row] = con.execute(
        f"SELECT w.relevance, w.indication_group, {AREA} FROM watched AS w LEFT JOIN therapies AS c USING (nct_id) "
        "WHERE nct_id = ?",
        [nct_id],
    ).fetchall()
    return Standing(*row)
