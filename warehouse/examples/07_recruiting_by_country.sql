-- Where could a patient join a trial of the topic today?
SELECT country, count(*) AS trials, list(nct_id ORDER BY nct_id) AS which
FROM (SELECT unnest(countries) AS country, nct_id FROM trials WHERE relevance = 'core' AND overall_status = 'RECRUITING')
GROUP BY country
ORDER BY trials DESC, country;
