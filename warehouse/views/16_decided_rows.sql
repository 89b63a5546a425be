-- What people decided about rows of the living table, each with the paper as the warehouse knows it. A paper may be decided
-- under any of its numbers; of two decisions about the same thing the later one holds. `field` is empty for a yes or no.
SELECT
    d.paper, n.paper_id, d.decision, coalesce(d.field, '') AS field, d.value, d.seen, d.reason, d.decided_on, d.decided_by,
    row_number() OVER (
        PARTITION BY coalesce(n.paper_id, d.paper), coalesce(d.field, '') ORDER BY d.decided_on DESC, d.paper
    ) = 1 AS holds
FROM row_decisions AS d LEFT JOIN paper_numbers AS n ON n.number = d.paper
