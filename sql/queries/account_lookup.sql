-- Which of the named accounts and categories are the user's, and what accounts are in. $1 user, $2 accounts, $3 categories
SELECT true AS is_account, id, currency, exponent FROM account
WHERE id = ANY ($2::uuid[]) AND user_id = $1::uuid AND deleted_at IS NULL
UNION ALL
SELECT false, id, NULL, NULL FROM category WHERE id = ANY ($3::uuid[]) AND user_id = $1::uuid
