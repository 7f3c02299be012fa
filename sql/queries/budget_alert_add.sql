-- Notes alerts; gives those that are new, which are the ones to tell. Arrays: $1 budgets, $2 periods, $3 thresholds, $4 users,
-- $5 available, $6 spent, $7 forecast, $8 the jobs that will tell; $9 now
WITH added AS (
    INSERT INTO budget_alert (budget_id, period, threshold, user_id, available, spent, forecast, mail_job, created_at)
    SELECT a.*, $9::timestamptz
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::uuid[]) AS a
    ON CONFLICT DO NOTHING
    RETURNING user_id, mail_job
)
SELECT DISTINCT user_id, mail_job FROM added
