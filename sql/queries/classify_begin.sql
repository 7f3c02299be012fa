-- These jobs begin: what is wanted from now on is another job's. $1 users, $2 jobs
INSERT INTO classifier AS c (user_id)
SELECT id FROM app_user WHERE id = ANY ($1::uuid[]) ORDER BY id
ON CONFLICT (user_id) DO UPDATE SET wanted_job = NULL WHERE c.wanted_job = ANY ($2::uuid[])
