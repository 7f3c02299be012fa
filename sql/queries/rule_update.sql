-- $1 user, $2 id, $3 body, $4 now, $5 version or null
SELECT status, pointer, detail, etag, body::text AS body FROM rule_put($1::uuid, $2::uuid, $3::text::jsonb, $4::timestamptz, $5::bigint, NULL, false)
