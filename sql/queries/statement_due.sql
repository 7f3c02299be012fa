-- People who have a month that is over, as their calendar has it, and not closed. $1 now, $2 behind this user or null, $3 how many
SELECT u.id
FROM app_user u
WHERE u.deleted_at IS NULL AND ($2::uuid IS NULL OR u.id > $2::uuid)
  AND month_to_close(u.id, ($1::timestamptz AT TIME ZONE u.timezone)::date) IS NOT NULL
ORDER BY u.id LIMIT $3::bigint
