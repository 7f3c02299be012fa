-- A page in the order in which they apply. $1 user, $2 after this position (text), $3 limit
WITH page AS (
    SELECT position, rule_json(rule) AS json, row_number() OVER (ORDER BY position, id) AS n FROM rule
    WHERE user_id = $1::uuid AND ($2::text IS NULL OR position > $2::text::bigint)
    ORDER BY position, id LIMIT $3::bigint + 1
)
SELECT coalesce(json_agg(json ORDER BY n) FILTER (WHERE n <= $3::bigint), '[]')::text AS body,
       CASE WHEN count(*) > $3::bigint THEN (max(position) FILTER (WHERE n = $3::bigint))::text END AS next
FROM page
