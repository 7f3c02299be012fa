-- People whose last month, as their calendar has it, holds something and is not closed. $1 now, $2 behind this user or null, $3 how many
SELECT u.id
FROM app_user u
CROSS JOIN LATERAL (SELECT (month_of(($1::timestamptz AT TIME ZONE u.timezone)::date) - interval '1 month')::date AS month) AS last
WHERE u.deleted_at IS NULL AND ($2::uuid IS NULL OR u.id > $2::uuid)
  AND NOT EXISTS (SELECT FROM month_closed m WHERE m.user_id = u.id AND m.month = last.month)
  AND EXISTS (SELECT FROM rollup r WHERE r.user_id = u.id AND r.month = last.month AND r.entries <> 0)
ORDER BY u.id LIMIT $3::bigint
