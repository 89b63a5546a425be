-- The concerns of the review's Figure 4 as curves: per year, how many trials of MSC for the liver state the source of the
-- cells, the donor, the dose, how often they are given, the interval and the route; how many track the cells; and how far
-- the doses of one administration are apart, by unit. Registered trials by the year of first posting, the rows of Table 2
-- by that of the paper. Table 2 has no interval and no tracking: these are NULL there, not zero.
WITH tracked AS (  -- what is measured or given tells of tracking; a description only where it names a label
    SELECT DISTINCT nct_id FROM (
        SELECT nct_id, concat_ws(' ', measure, description) AS words, true AS is_planned FROM ctgov.design_outcomes
        UNION ALL SELECT nct_id, description, true FROM ctgov.interventions
        UNION ALL SELECT nct_id, concat_ws(' ', title, description), true FROM ctgov.design_groups
        UNION ALL SELECT nct_id, concat_ws(' ', brief_title, official_title), true FROM ctgov.studies
        UNION ALL SELECT nct_id, description, false FROM ctgov.brief_summaries
        UNION ALL SELECT nct_id, description, false FROM ctgov.detailed_descriptions
    )
    WHERE nct_id IN (SELECT nct_id FROM topic WHERE is_msc AND area = 'liver') AND (
        regexp_matches(lower(words), 'super-?paramagnetic|\bspio\b|ferumoxytol|feridex|indium[- ]?\(?(111|radio)|111-?in\b')
        OR is_planned AND regexp_matches(
            lower(words),
            '\b(track(ed|ing)?|trac(ed|ing)|bio-?distribution|homing) (of |the )*(\w+[- ]){0,3}(stem cells?|stromal cells?|mscs?)\b'
            '|\b(cells?|mscs?) (\w+ ){0,2}(tracking|tracing|bio-?distribution|homing)\b'
            '|\b(radio-?)?labell?ed (\w+[- ]){0,3}(stem cells?|stromal cells?|mscs?)\b'
            '|\b(cells?|mscs?) (\w+ ){0,2}labell?ed with\b'
        )
    )
), counted AS (
    SELECT 'registered' AS scope, t.nct_id AS label, year(t.study_first_posted_date) AS year,
        NOT list_contains(c.cell_source, 'not_stated') AS source, NOT list_contains(c.donor, 'not_stated') AS donor,
        c.dose_low IS NOT NULL AS dose, c.infusions_max IS NOT NULL AS times,
        -- one administration has no interval to state
        CASE WHEN coalesce(c.infusions_max, 2) > 1 THEN c.interval_days IS NOT NULL END AS interval,
        NOT list_contains(c.route, 'not_stated') AS route,
        t.nct_id IN (FROM tracked) AS tracking, c.dose_low, c.dose_high, c.dose_unit
    FROM trials AS t
    JOIN topic AS k ON k.nct_id = t.nct_id AND k.is_msc AND k.area = 'liver'
    JOIN therapies AS c ON c.nct_id = t.nct_id
    UNION ALL
    SELECT 'published', 'row ' || review_row, year, NOT list_contains(cell_source, 'not_stated'),
        NOT list_contains(donor, 'not_stated'), dose_low IS NOT NULL, infusions_max IS NOT NULL, NULL,
        NOT list_contains(route, 'not_stated'), NULL, dose_low, dose_high, dose_unit
    FROM published_trials
), stated AS (
    SELECT scope, label, year, concern, is_stated FROM counted
    UNPIVOT INCLUDE NULLS (is_stated FOR concern IN (source, donor, dose, times, "interval", route, tracking))
)
SELECT concern, scope, year, count(is_stated) AS trials, count(*) FILTER (WHERE is_stated) AS stating,
    CASE WHEN count(is_stated) > 0 THEN round(count(*) FILTER (WHERE is_stated) / count(is_stated), 3) END AS share,
    NULL::VARCHAR AS dose_unit, NULL::DOUBLE AS dose_lowest, NULL::DOUBLE AS dose_median, NULL::DOUBLE AS dose_highest,
    coalesce(list(label ORDER BY label) FILTER (WHERE is_stated), []) AS stating_labels
FROM stated
WHERE year IS NOT NULL
GROUP BY concern, scope, year
HAVING count(is_stated) > 0
UNION ALL
SELECT 'spread of doses', scope, year, count(*), count(*), NULL, dose_unit, min(dose_low),
    median(sqrt(greatest(dose_low, 0) * greatest(dose_high, 0))), max(dose_high), list(label ORDER BY label)
FROM counted
WHERE dose_unit IN ('cells', 'cells/kg') AND year IS NOT NULL
GROUP BY scope, year, dose_unit
ORDER BY concern, scope, year, dose_unit
