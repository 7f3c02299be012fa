-- What an edit has to be checked against: the row's currency, and which of the named account and categories are the
-- user's. $1 user, $2 transaction, $3 account or null, $4 categories
SELECT own.currency, own.exponent, t.amount, t.transfer_id IS NOT NULL AS is_transfer,
       goal.currency AS goal_currency,
       (SELECT count(*) FROM category WHERE user_id = $1::uuid AND id = ANY ($4::uuid[])) AS categories
FROM transaction t
JOIN account own ON own.id = t.account_id
LEFT JOIN account goal ON goal.id = $3::uuid AND goal.user_id = $1::uuid AND goal.deleted_at IS NULL
WHERE t.id = $2::uuid AND owner_is(t.user_id, $1::uuid) AND t.deleted_at IS NULL
