-- A page of what is exported, oldest first. Of a transfer: its other half, and whether that is exported as well.
-- $1 user, $2 account or null, $3 from, $4 to (both always given), $5 behind this date (text), $6 and this id (text), $7 limit,
-- $8 as JSON
SELECT t.date, t.id, t.value_date, t.account_id, t.amount, t.description, t.payee, t.memo, t.status, t.category_id, t.origin,
       t.external_id, nullif(array_to_string(t.tags, chr(31)), '') AS tags,
       array_to_string(t.split_amounts, ',') AS split_amounts, array_to_string(t.split_categories, ',', '-') AS split_categories,
       t.transfer_id, other.account_id AS other_account_id, other.amount AS other_amount, other.date AS other_date,
       coalesce(other.date BETWEEN $3::date AND $4::date AND ($2::uuid IS NULL OR other.account_id = $2::uuid), false) AS other_is_in,
       CASE WHEN $8::boolean THEN transaction_json(t, a.exponent)::text END AS json
FROM (SELECT * FROM transaction t
      WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL AND ($2::uuid IS NULL OR t.account_id = $2::uuid)
        AND (t.date, t.id) > ($5::text::date, $6::text::uuid) AND t.date <= $4::date
      ORDER BY t.date, t.id LIMIT $7::bigint) AS t
JOIN account a ON a.id = t.account_id
LEFT JOIN LATERAL (SELECT o.account_id, o.amount, o.date FROM transaction o
                   WHERE o.transfer_id = t.transfer_id AND o.id <> t.id AND o.deleted_at IS NULL LIMIT 1) AS other ON true
ORDER BY t.date, t.id
