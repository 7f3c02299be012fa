-- Whether a run of this user has something to undo. $1 user, $2 run
SELECT 1 AS found FROM classify_change WHERE job_id = $2::uuid AND user_id = $1::uuid LIMIT 1
