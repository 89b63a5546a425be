-- The flow of PRISMA 2020: registrations and reports (papers) identified by each source, duplicates removed, screened,
-- excluded with reasons, waiting for a person, and included.
SELECT part, stage, label, n FROM prisma_flow ORDER BY place;
