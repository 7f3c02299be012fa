-- transaction_list.sql for pending rows.
-- $1 user, $2 before this date (text; 'infinity' too), $3 and this id (text), $4 limit, $5 account, $6 category, $7 tag, $8 from,
-- $9 least and $10 most as decimal text, $11 words, $12 status, $13 upload, $14 uncategorised
WITH page AS (
    SELECT rows.date, rows.id, transaction_json(row, account.exponent) AS json,
           row_number() OVER (ORDER BY rows.date DESC, rows.id DESC) AS n
    FROM (
        SELECT t.date, t.id, t AS row FROM transaction t
        WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL
          AND t.status = 'pending'
          AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
          AND coalesce(($5::uuid IS NULL OR t.account_id = $5::uuid)
          AND ($6::uuid IS NULL OR t.category_id = $6::uuid OR $6::uuid = ANY (t.split_categories))
          AND ($7::text IS NULL OR $7::text = ANY (t.tags))
          AND ($9::text IS NULL OR t.amount >= ((SELECT minors_from($9::text))::bigint[])[1 + (SELECT exponent FROM account WHERE id = t.account_id)])
          AND ($10::text IS NULL OR t.amount <= ((SELECT minors_to($10::text))::bigint[])[1 + (SELECT exponent FROM account WHERE id = t.account_id)])
          AND ($12::text IS NULL OR t.status = $12::text)
          AND ($13::uuid IS NULL OR t.upload_id = $13::uuid)
          AND (NOT $14::boolean OR (t.category_id IS NULL AND t.split_categories IS NULL))
          AND ($11::text IS NULL OR (lower(searched_text(t.description, t.payee, t.memo)) LIKE ALL ((SELECT words_patterns($11::text))::text[])
                                    AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT words_query($11::text)))), false)
        ORDER BY t.date DESC, t.id DESC
        LIMIT $4::bigint + 1
    ) AS rows JOIN account ON account.id = (row).account_id
)
SELECT coalesce(json_agg(json ORDER BY n) FILTER (WHERE n <= $4::bigint), '[]')::text AS body,
       CASE WHEN count(*) > $4::bigint
            THEN (max(date) FILTER (WHERE n = $4::bigint))::text || chr(31) || (max(id::text) FILTER (WHERE n = $4::bigint)) END AS next
FROM page
