-- $1 user, $2 id, $3 body, $4 now
INSERT INTO tag (id, user_id, name, color, created_at, updated_at)
SELECT $2::uuid, $1::uuid, body ->> 'name', body ->> 'color', $4::timestamptz, $4::timestamptz
FROM (SELECT $3::text::jsonb AS body) AS posted
ON CONFLICT (id) DO UPDATE SET id = excluded.id -- a repetition finds its own row
RETURNING 201 AS status, version::bigint AS etag, tag_json(tag)::text AS body, '/v1/tags/' || id AS location
