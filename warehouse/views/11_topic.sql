-- What the topic's trials are counted as: the area of the disease that is treated, and whether the cells are MSC (also
-- among others). Core and unsure trials. A group of liver disease is of the liver, whatever else is not read. A core
-- trial of a watch for MSC, of whose cells nothing was read, gives MSC by the rules of relevance.
SELECT t.nct_id,
    coalesce(c.area, CASE WHEN c.indication_group <> 'none' THEN 'liver' END) AS area,
    list_contains(c.cell_types, 'msc') OR (
        c.cell_type = 'none' AND t.relevance = 'core'
        AND coalesce(starts_with((SELECT value FROM meta WHERE key = 'rules_hash'), 'msc'), false)
    ) AS is_msc
FROM trials AS t JOIN therapies AS c ON c.nct_id = t.nct_id
WHERE t.relevance IN ('core', 'unsure')
