-- The rows of the living table that count: those that the review printed and those that a person confirmed, the patients of
-- each trial once. What the scope `living` of figures and claims counts.
SELECT * FROM living_table WHERE origin <> 'drafted' AND joined_to IS NULL
