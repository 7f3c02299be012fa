-- A page by id. $1 user, $2 after this id (text), $3 limit
WITH page AS (
    SELECT id, recurring_json(recurring_rule) AS json, row_number() OVER (ORDER BY id) AS n FROM recurring_rule
    WHERE user_id = $1::uuid AND deleted_at IS NULL AND ($2::text IS NULL OR id > $2::text::uuid)
    ORDER BY id LIMIT $3::bigint + 1
)
SELECT coalesce(json_agg(json ORDER BY n) FILTER (WHERE n <= $3::bigint), '[]')::text AS body,
       CASE WHEN count(*) > $3::bigint THEN max(id::text) FILTER (WHERE n = $3::bigint) END AS next
FROM page
