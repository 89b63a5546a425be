-- Sponsors as the registry writes them, grouped into parties: two spellings are one party where they have the same words.
-- The rule: case, punctuation, words in brackets and the form of a company (Inc., Ltd., GmbH, ...) do not count, and
-- neither do the order of words and small words, so that "Hospital of the University" is "Hospital, University".
-- "University of X" and "X University" stay two. A party has the name that most trials use.
WITH spelt AS (
    SELECT name, list_sort(list(DISTINCT lead_or_collaborator)) AS roles,
        count(*) FILTER (WHERE lead_or_collaborator = 'lead') AS leads, count(*) AS trials,
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            ' ' || lower(name) || ' ', '\([^)]*\)|[''’`.]', '', 'g'), '&', ' and ', 'g'), '[^\pL\pN]+', ' ', 'g'),
            ' university of ', ' universityof ', 'g') AS plain
    FROM ctgov.sponsors
    WHERE name IS NOT NULL
    GROUP BY name
), keyed AS (
    SELECT *, array_to_string(list_sort(list_distinct(list_filter(string_split(
        replace(replace(replace(replace(plain, ' hosp ', ' hospital '), ' univ ', ' university '), ' centre ', ' center '),
            ' saint ', ' st '), ' '),
        lambda word: word NOT IN (
            '', 'the', 'of', 'and', 'de', 'for', 'at', 'in', 'inc', 'incorporated', 'ltd', 'limited', 'llc', 'llp', 'lp',
            'co', 'corp', 'corporation', 'company', 'gmbh', 'ag', 'sa', 'sas', 'srl', 'spa', 'bv', 'nv', 'plc', 'pty', 'pte',
            'pvt', 'kk', 'ab', 'kgaa', 'kg', 'sl', 'pt'
        )
    ))), ' ') AS words
    FROM spelt
)
SELECT name, first_value(name) OVER (PARTITION BY coalesce(nullif(words, ''), name) ORDER BY trials DESC, name) AS party,
    count(*) OVER (PARTITION BY coalesce(nullif(words, ''), name)) AS spellings, words, roles, leads, trials
FROM keyed
