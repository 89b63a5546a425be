-- Figure 2b of the review, living: registered trials of any status by group of liver disease (the review: 56 in all),
-- beside the rows of Table 2.
SELECT scope, category, trials, of_trials, known FROM figures WHERE figure = '2b'
