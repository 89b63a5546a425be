-- Figure 2a of the review, living: published trials by group of liver disease (the review: 14, 5 and 3), beside the
-- registered trials that are completed and so could be published; `living` adds the rows that people confirmed since.
SELECT scope, category, trials, of_trials, known FROM figures WHERE figure = '2a'
