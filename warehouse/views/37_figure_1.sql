-- Figure 1 of the review, living: completed MSC trials by the area of the disease treated (the review: 321 in all, 16 of
-- the liver), beside the rows of Table 2. The watch msc holds all areas; a watch of the liver holds this one alone, and
-- has no row of another rather than a wrong one.
SELECT scope, category, trials, of_trials, known FROM figures WHERE figure = '1'
