-- $1 user, $2 id, $3 body, $4 now, $5 rules a person may have
SELECT status, pointer, detail, etag, body::text AS body, location FROM rule_put($1::uuid, $2::uuid, $3::text::jsonb, $4::timestamptz, NULL, $5::bigint, true)
