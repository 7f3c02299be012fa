-- $1 user, $2 id
SELECT upload_json(upload)::text AS body FROM upload WHERE user_id = $1::uuid AND id = $2::uuid
