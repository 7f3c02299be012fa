-- Drops partitions of days wholly before $1 (the lowest id that is kept) that hold no unfinished row; gives their number.
SELECT job_prune($1::uuid)
