-- $1 user, $2 id
SELECT true AS is_current, account_json(account)::text FROM account WHERE user_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL
