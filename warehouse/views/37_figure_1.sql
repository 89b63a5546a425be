-- Figure 1 of the review divides its 321 completed MSC trials by area of disease. A watch of the liver holds one of these
-- areas: the completed trials of the topic (the review: 16). The other areas have no row rather than a wrong one.
SELECT scope, category, trials, of_trials, known FROM figures WHERE figure = '1'
