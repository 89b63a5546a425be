-- Figure 3a of the review, living: tissues that the cells came from.
SELECT scope, category, trials, of_trials, known FROM figures WHERE figure = '3a'
