-- $1 user
SELECT password_hash FROM app_user WHERE id = $1::uuid AND deleted_at IS NULL
