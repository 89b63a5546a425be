-- Figure 3a of the review, living: tissues that the cells came from; `living` adds the rows that people confirmed since.
SELECT scope, category, trials, of_trials, known FROM figures WHERE figure = '3a'
