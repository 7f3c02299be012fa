-- $1 user, $2 id
SELECT t.version::bigint AS etag, transaction_json(t, a.exponent)::text AS body
FROM transaction t JOIN account a ON a.id = t.account_id
WHERE t.id = $2::uuid AND owner_is(t.user_id, $1::uuid) AND t.deleted_at IS NULL
