-- $1 user, $2 id
SELECT true AS is_current, category_json(category)::text FROM category WHERE user_id = $1::uuid AND id = $2::uuid
