-- The review's Table 1, alive: for each of its kinds of cell, the trials for liver disease that are registered and those
-- that are published. A trial that gives several kinds counts in each row. Registered: known to this watch, not off its
-- topic, of a liver disease. Published: a row of Table 2, or a registered trial with a paper that counts; a trial that is
-- both counts once. The watch cell-therapy-liver asks for all five kinds; msc-liver asks for the last, and meets others.
WITH printed (table_row, cells, kinds, advantages, disadvantages) AS (VALUES
    (1, 'Hepatocytes', ['hepatocyte'],
        'Suitable for many enzyme deficiency states, metabolic diseases, coagulation disorders, as well as liver failure; '
        || 'key metabolic and synthetic cell',
        'Donor organ shortages; limitations in transplanted cell engraftment and proliferation; susceptible to infection '
        || 'with hepatitis viruses'),
    (2, 'Hemopoietic cells', ['haematopoietic', 'mononuclear'],
        'Plasticity is not limited to the tissue they derived from',
        'Procedure for obtaining (bone marrow aspirate)'),
    (3, 'Immune cells', ['immune'],
        'Easy to isolate and expand; autologous therapy',
        'Only used in HCC; tend to form inflammatory storms'),
    (4, 'EPCs', ['endothelial_progenitor'],
        'Appear anti-fibrotic and pro-regenerative; autologous therapy',
        'Isolation process is complicated; clinical use unclear'),
    (5, 'MSCs', ['msc'],
        'Easy to isolate and expand; multiple differentiation; generally immune tolerance; could be used with other cell '
        || 'types to reduce inflammation; secretome can be used; both autologous and allogeneic therapy',
        'Some clinical studies have been negative; poorly defined cell type')
), registered AS (
    SELECT t.nct_id, t.indication_group, p.cell_types,
        EXISTS (FROM publications AS paper WHERE paper.nct_id = t.nct_id AND paper.counts) AS has_paper
    FROM trials AS t JOIN therapies AS p ON p.nct_id = t.nct_id
    WHERE t.relevance <> 'off' AND t.indication_group <> 'none'
), of_table_2 AS (
    SELECT nct_id, indication_group, ['msc'] AS cell_types FROM living_table WHERE origin = 'review'
), counted AS (
    SELECT 'registered' AS scope, nct_id, indication_group, cell_types FROM registered
    UNION ALL
    SELECT 'published', nct_id, indication_group, cell_types FROM of_table_2
    UNION ALL
    SELECT 'published', nct_id, indication_group, cell_types FROM registered
    WHERE has_paper AND nct_id NOT IN (SELECT nct_id FROM of_table_2 WHERE nct_id IS NOT NULL)
)
SELECT
    p.table_row, p.cells, p.kinds,
    count(*) FILTER (scope = 'registered') AS registered,
    count(*) FILTER (scope = 'registered' AND indication_group = 'cirrhosis') AS registered_cirrhosis,
    count(*) FILTER (scope = 'registered' AND indication_group = 'liver_failure') AS registered_liver_failure,
    count(*) FILTER (scope = 'registered' AND indication_group = 'transplant') AS registered_transplant,
    count(*) FILTER (scope = 'registered' AND indication_group = 'other_liver') AS registered_other_liver,
    count(*) FILTER (scope = 'published') AS published,
    count(*) FILTER (scope = 'published' AND indication_group = 'cirrhosis') AS published_cirrhosis,
    count(*) FILTER (scope = 'published' AND indication_group = 'liver_failure') AS published_liver_failure,
    count(*) FILTER (scope = 'published' AND indication_group = 'transplant') AS published_transplant,
    count(*) FILTER (scope = 'published' AND indication_group = 'other_liver') AS published_other_liver,
    coalesce(list(DISTINCT c.nct_id ORDER BY c.nct_id) FILTER (c.nct_id IS NOT NULL), []) AS trials,
    p.advantages, p.disadvantages
FROM printed AS p LEFT JOIN counted AS c ON list_has_any(p.kinds, c.cell_types)
GROUP BY ALL
ORDER BY p.table_row
