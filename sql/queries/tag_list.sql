-- A page by id. $1 user, $2 after this id, $3 limit
SELECT id, tag_json(tag)::text FROM tag
WHERE user_id = $1::uuid AND ($2::uuid IS NULL OR id > $2::uuid)
ORDER BY id LIMIT $3::bigint
