-- $1 user
SELECT user_json(u)::text AS body, version AS etag FROM app_user u WHERE id = $1::uuid AND deleted_at IS NULL
