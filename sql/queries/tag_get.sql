-- $1 user, $2 id
SELECT version::bigint AS etag, tag_json(tag)::text AS body FROM tag WHERE user_id = $1::uuid AND id = $2::uuid
