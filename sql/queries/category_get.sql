-- $1 user, $2 id
SELECT version::bigint AS etag, category_json(category)::text AS body FROM category WHERE user_id = $1::uuid AND id = $2::uuid
