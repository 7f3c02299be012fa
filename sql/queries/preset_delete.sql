-- $1 user, $2 name
DELETE FROM mapping_preset WHERE user_id = $1::uuid AND name = $2::text RETURNING 204 AS status
