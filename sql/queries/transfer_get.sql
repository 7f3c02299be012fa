-- $1 user, $2 transfer
SELECT json_build_object('id', $2::uuid, 'transactions',
                         json_agg(transaction_json(t, a.exponent) ORDER BY t.amount))::text AS body
FROM transaction t JOIN account a ON a.id = t.account_id
WHERE t.transfer_id = $2::uuid AND owner_is(t.user_id, $1::uuid) AND t.deleted_at IS NULL
HAVING count(*) > 0
