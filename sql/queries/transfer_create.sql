-- A pair of rows: out of one account, into the other. The accounts were looked up and are the user's.
-- $1 user, $2 transfer, $3 and $4 the two rows, $5 and $6 the accounts, $7 amount out and $8 in (both > 0, minor),
-- $9 date, $10 description, $11 now
WITH pair AS (
    INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, category_source, transfer_id,
                             origin, created_at, updated_at)
    SELECT half.id, $1::uuid, a.id, half.amount, a.currency, $9::date, $10::text, 'none', $2::uuid, 'transfer',
           $11::timestamptz, $11::timestamptz
    FROM (VALUES ($3::uuid, $5::uuid, -$7::bigint), ($4::uuid, $6::uuid, $8::bigint)) AS half (id, account_id, amount)
    JOIN account a ON a.id = half.account_id AND a.user_id = $1::uuid AND a.deleted_at IS NULL
    ON CONFLICT (id) DO UPDATE SET id = excluded.id -- a repetition finds its own rows
    RETURNING *
)
SELECT 201 AS status, '/v1/transfers/' || $2::uuid AS location, json_build_object('id', $2::uuid,
    'transactions', json_agg(transaction_json(pair.*::transaction, a.exponent) ORDER BY pair.amount))::text AS body
FROM pair JOIN account a ON a.id = pair.account_id
HAVING count(*) = 2
