-- Rules that are to be looked at, oldest first, for one hand-over to the workers; another scheduler gets others. They come
-- again when nobody has looked at them for a while. $1 now, $2 how many, $3 when they come again
UPDATE recurring_rule SET check_at = $3::timestamptz
WHERE id = ANY (ARRAY( -- by the key, whatever the planner thinks of the table
    SELECT id FROM recurring_rule WHERE check_at <= $1::timestamptz ORDER BY check_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED))
RETURNING id
