-- Batches that are over, and those whose members can't end any more because their rows are gone. $1 opened before
DELETE FROM job_batch WHERE opened_at < $1::timestamptz
