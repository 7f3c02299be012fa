-- The outbox: how many rows are unfinished (counted up to a limit), and the age of the oldest. $1 now, $2 limit
SELECT count(*), coalesce(extract(epoch FROM $1::timestamptz - min(enqueued_at)), 0)::double precision
FROM (SELECT enqueued_at FROM job WHERE state = 'accepted' ORDER BY id LIMIT $2::bigint) oldest
