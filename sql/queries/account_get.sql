-- $1 user, $2 id
SELECT version::bigint AS etag, account_json(account)::text AS body FROM account WHERE user_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL
