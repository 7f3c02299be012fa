-- Who is called so. $1 username or null, $2 address or null
SELECT id, password_hash, role FROM app_user
WHERE deleted_at IS NULL AND (($1::text IS NOT NULL AND lower(username) = lower($1::text)) OR email = $2::text)
