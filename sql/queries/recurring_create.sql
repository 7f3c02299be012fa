-- $1 user, $2 id, $3 the checked body (recurring_with), $4 now
INSERT INTO recurring_rule AS r
SELECT made.*
FROM (SELECT $3::text::jsonb AS body) AS posted,
     jsonb_populate_record(NULL::recurring_rule, jsonb_build_object('id', $2::uuid, 'user_id', $1::uuid, 'version', 1,
                           'created_at', $4::timestamptz, 'updated_at', $4::timestamptz)) AS empty,
     recurring_with(empty, posted.body) AS made
ON CONFLICT (id) DO UPDATE SET id = excluded.id -- a repetition finds its own row
RETURNING 201 AS status, version::bigint AS etag, recurring_json(r)::text AS body, '/v1/recurring/' || id AS location
