-- Trials of one programme: the same lead sponsor (as a party), the same source of the cells and form of the product, and the
-- same disease. A follow-up or extension has the patients of another trial again, so it does not add to `participants`.
-- Core and unsure trials that give MSC; one whose source was not read is a programme of its own.
WITH sibling AS (
    SELECT t.nct_id, coalesce(p.party, t.lead_sponsor) AS party, list_sort(c.cell_source) AS cell_source, c.product_form,
        k.area, c.indication_group, c.donor, t.enrollment, t.overall_status, t.has_results, t.study_first_posted_date,
        regexp_matches(
            lower(concat_ws(' ', t.brief_title, t.official_title)),
            '\b(follow[- ]?up (study|of|trial)|long[- ]?term follow|extension (study|trial|of)|roll-?over|continuation of)'
        ) AS is_follow_up,
        CASE WHEN list_contains(c.cell_source, 'not_stated') THEN t.nct_id ELSE '' END AS alone
    FROM trials AS t
    JOIN topic AS k ON k.nct_id = t.nct_id AND k.is_msc
    JOIN therapies AS c ON c.nct_id = t.nct_id
    LEFT JOIN parties AS p ON p.name = t.lead_sponsor
)
SELECT left(md5(concat_ws('|', party, array_to_string(cell_source, ','), product_form, area, indication_group, alone)), 10)
        AS programme_id,
    party, area, indication_group, cell_source, product_form, list_sort(list_distinct(flatten(list(donor)))) AS donor,
    count(*) AS trials, list(nct_id ORDER BY study_first_posted_date, nct_id) AS nct_ids,
    coalesce(list(nct_id ORDER BY nct_id) FILTER (WHERE is_follow_up), []) AS follow_ups,
    CASE WHEN bool_and(is_follow_up) THEN max(enrollment) ELSE sum(enrollment) FILTER (WHERE NOT is_follow_up) END::BIGINT
        AS participants,
    sum(enrollment)::BIGINT AS participants_as_registered,
    list_sort(list(DISTINCT overall_status)) AS statuses, bool_or(has_results) AS has_results,
    min(study_first_posted_date) AS first_posted, max(study_first_posted_date) AS last_posted
FROM sibling
GROUP BY party, cell_source, product_form, area, indication_group, alone
