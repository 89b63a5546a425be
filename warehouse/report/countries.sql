-- Core trials by the countries of their sites, in a stronger colour where there are more. A trial in two countries counts
-- in each. The names are the registry's.
SELECT
    country,
    count(*) AS trials,
    count(*) FILTER (WHERE is_open) AS open,
    list(nct_id ORDER BY nct_id) AS trials_ids,
    list(nct_id ORDER BY nct_id) FILTER (WHERE is_open) AS open_ids
FROM (SELECT unnest(countries) AS country, nct_id, is_open FROM trials WHERE relevance = 'core' AND in_watch)
GROUP BY country
ORDER BY trials DESC, country;
