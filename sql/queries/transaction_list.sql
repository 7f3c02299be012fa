-- A page, newest first, by keyset. Each filter is off when its parameter is null.
-- $1 user, $2 before this date, $3 and this id, $4 limit, $5 account, $6 category, $7 tag, $8 from, $9 to,
-- $10 least and $11 most in minor units, $12 text, $13 status, $14 upload, $15 deleted ones instead, $16 uncategorised
WITH page AS (
    SELECT t.date, t.id, transaction_json(t, a.exponent) AS json, row_number() OVER (ORDER BY t.date DESC, t.id DESC) AS n
    FROM transaction t JOIN account a ON a.id = t.account_id
    WHERE t.user_id = $1::uuid
      AND (t.deleted_at IS NOT NULL) = $15::boolean
      AND ($2::text IS NULL OR (t.date, t.id) < ($2::text::date, $3::text::uuid))
      AND ($5::uuid IS NULL OR t.account_id = $5::uuid)
      AND ($6::uuid IS NULL OR t.category_id = $6::uuid OR $6::uuid = ANY (t.split_categories))
      AND ($7::text IS NULL OR $7::text = ANY (t.tags))
      AND ($8::date IS NULL OR t.date >= $8::date)
      AND ($9::date IS NULL OR t.date <= $9::date)
      AND ($10::text IS NULL OR t.amount >= $10::numeric * (10::numeric ^ a.exponent))
      AND ($11::text IS NULL OR t.amount <= $11::numeric * (10::numeric ^ a.exponent))
      AND ($12::text IS NULL OR concat_ws(' ', t.description, t.payee, t.memo) ILIKE $12::text)
      AND ($13::text IS NULL OR t.status = $13::text)
      AND ($14::uuid IS NULL OR t.upload_id = $14::uuid)
      AND (NOT $16::boolean OR t.category_id IS NULL)
    ORDER BY t.date DESC, t.id DESC
    LIMIT $4::bigint + 1
)
SELECT coalesce(json_agg(json ORDER BY n) FILTER (WHERE n <= $4::bigint), '[]')::text AS body,
       CASE WHEN count(*) > $4::bigint
            THEN (max(date) FILTER (WHERE n = $4::bigint))::text || chr(31) || (max(id::text) FILTER (WHERE n = $4::bigint)) END AS next
FROM page
