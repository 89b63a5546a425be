-- Who runs trials of the topic in which country, and how many?
SELECT country, count(*) AS trials, count(DISTINCT lead_sponsor) AS sponsors,
    string_agg(DISTINCT lead_sponsor, '; ' ORDER BY lead_sponsor) AS who
FROM (SELECT unnest(countries) AS country, lead_sponsor FROM trials WHERE relevance = 'core')
GROUP BY country
ORDER BY trials DESC, country;
