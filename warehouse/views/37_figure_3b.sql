-- Figure 3b of the review, living: ways by which the cells were given.
SELECT scope, category, trials, of_trials, known FROM figures WHERE figure = '3b'
