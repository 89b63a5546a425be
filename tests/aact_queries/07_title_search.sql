-- Which studies have a word in the title?
-- After https://github.com/Shou-Yu-YAN/AACT_database
-- Changed for DuckDB: nothing.
SELECT nct_id, brief_title FROM studies WHERE brief_title LIKE '%Mesenchymal%' ORDER BY nct_id;
