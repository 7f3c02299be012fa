-- The latest rows that a rule may be tried on. $1 user, $2 limit
SELECT t.id, t.account_id, t.amount, (SELECT exponent FROM account WHERE account.id = t.account_id) AS exponent, t.date, t.description,
       t.payee, t.category_id, t.category_source, t.currency
FROM transaction t
WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.transfer_id IS NULL AND t.split_amounts IS NULL
ORDER BY t.date DESC, t.id DESC
LIMIT $2::bigint
