-- A page by id. $1 user, $2 after this id, $3 limit
SELECT id, account_json(account)::text FROM account
WHERE user_id = $1::uuid AND deleted_at IS NULL AND ($2::uuid IS NULL OR id > $2::uuid)
ORDER BY id LIMIT $3::bigint
