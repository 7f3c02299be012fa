-- A page of a person's rows to sort, the newest first: never those that the person sorted, whose parts have categories of
-- their own, or that are transfers. $1 user, $2 before this date or null, $3 and this id, $4 limit, $5 sources
SELECT id, account_id, amount, (SELECT exponent FROM account WHERE account.id = t.account_id) AS exponent, date, description,
       payee, category_id, category_source, round(category_confidence * 1000)::bigint AS permille,
       (category_reasons -> 'suggestions')::text AS suggestions, category_reasons IS NOT NULL AS was_seen,
       category_reasons #>> '{rule,id}' AS rule_id, created_at, edited
FROM transaction t
WHERE user_id = $1::uuid AND deleted_at IS NULL AND category_source = ANY ($5::text[])
  AND transfer_id IS NULL AND split_amounts IS NULL
  AND ($2::date IS NULL OR (date, id) < ($2::date, $3::uuid))
ORDER BY date DESC, id DESC
LIMIT $4::bigint
