-- Figure 3b of the review, living: ways by which the cells were given; `living` adds the rows that people confirmed since.
SELECT scope, category, trials, of_trials, known FROM figures WHERE figure = '3b'
