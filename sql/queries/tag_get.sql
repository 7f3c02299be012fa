-- $1 user, $2 id
SELECT true AS is_current, tag_json(tag)::text FROM tag WHERE user_id = $1::uuid AND id = $2::uuid
