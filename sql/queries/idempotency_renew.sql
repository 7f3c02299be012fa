-- These are still at work. $1 users, $2 keys, $3 leased until
UPDATE idempotency i SET leased_until = $3::timestamptz
FROM unnest($1::uuid[], $2::text[]) AS held (user_id, key)
WHERE i.user_id = held.user_id AND i.key = held.key AND i.status IS NULL
