-- A page of transactions as transaction_list.sql gives it, for filters whose rows no index holds by date: words, a tag,
-- amounts, an upload. First the newest $15 rows (of the account or category) are looked through, which fills a page when the
-- filters pick a percent of them. When that leaves the page short though there are more rows, or would be a waste because
-- few rows have such amounts, all that the index of one filter knows are fetched and sorted: of the amounts when they are at
-- most 4 * $15, else of the tag and the words, else of the upload. Only one branch of each UNION runs.
-- $1 user, $2 before this date (text; 'infinity' too), $3 and this id (text), $4 limit, $5 account, $6 category, $7 tag, $8 from,
-- $9 least and $10 most as decimal text, $11 words, $12 status, $13 upload, $14 uncategorised
-- $15 how many rows to look through
WITH amounts AS MATERIALIZED ( -- how a bound reads in each exponent that the user's accounts have
    SELECT DISTINCT exponent, coalesce((minors_from($9::text))[1 + exponent], -9223372036854775808) AS least,
           coalesce((minors_to($10::text))[1 + exponent], 9223372036854775807) AS most
    FROM account WHERE user_id = $1::uuid AND ($9::text IS NOT NULL OR $10::text IS NOT NULL)
), few AS MATERIALIZED ( -- how many rows have such amounts, as far as it matters
    SELECT count(*), ($9::text IS NOT NULL OR $10::text IS NOT NULL) AND count(*) <= $15::bigint / 4 AS is_few
    FROM (
        SELECT FROM amounts CROSS JOIN LATERAL (
            SELECT FROM transaction t WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.amount BETWEEN amounts.least AND amounts.most
            LIMIT $15::bigint * 4 + 1) AS t
        LIMIT $15::bigint * 4 + 1) AS t
), recent AS MATERIALIZED (
    SELECT t.date, t.id
    FROM (
        (SELECT * FROM transaction t
         WHERE $5::uuid IS NULL AND $6::uuid IS NULL AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC LIMIT $15::bigint)
        UNION ALL
        (SELECT * FROM transaction t
         WHERE $5::uuid IS NOT NULL AND $6::uuid IS NULL AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND t.account_id = $5::uuid
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC LIMIT $15::bigint)
        UNION ALL
        (SELECT * FROM transaction t
         WHERE $6::uuid IS NOT NULL AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND t.category_id = $6::uuid
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC LIMIT $15::bigint)
        UNION ALL
        (SELECT * FROM transaction t
         WHERE $6::uuid IS NOT NULL AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND t.split_categories IS NOT NULL AND t.category_id IS DISTINCT FROM $6::uuid
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC LIMIT $15::bigint)
    ) AS t
    WHERE NOT (SELECT is_few FROM few)
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
), driver AS MATERIALIZED (
    SELECT CASE WHEN (SELECT is_few FROM few) THEN 'amount'
                WHEN (SELECT count(*) FROM recent) > $4::bigint OR NOT (
                     EXISTS (SELECT FROM transaction t
         WHERE $5::uuid IS NULL AND $6::uuid IS NULL AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC OFFSET $15::bigint LIMIT 1)
                     OR EXISTS (SELECT FROM transaction t
         WHERE $5::uuid IS NOT NULL AND $6::uuid IS NULL AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND t.account_id = $5::uuid
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC OFFSET $15::bigint LIMIT 1)
                     OR EXISTS (SELECT FROM transaction t
         WHERE $6::uuid IS NOT NULL AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND t.category_id = $6::uuid
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC OFFSET $15::bigint LIMIT 1)
                     OR EXISTS (SELECT FROM transaction t
         WHERE $6::uuid IS NOT NULL AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND t.split_categories IS NOT NULL AND t.category_id IS DISTINCT FROM $6::uuid
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC OFFSET $15::bigint LIMIT 1)) THEN 'recent'
                WHEN ($9::text IS NOT NULL OR $10::text IS NOT NULL)
                 AND ((SELECT count FROM few) <= $15::bigint * 4
                      OR ($11::text IS NULL AND $7::text IS NULL AND $13::uuid IS NULL)) THEN 'amount'
                WHEN $11::text IS NOT NULL AND $7::text IS NOT NULL THEN 'tag and words'
                WHEN $11::text IS NOT NULL THEN 'words'
                WHEN $7::text IS NOT NULL THEN 'tag'
                ELSE 'upload' END AS name
), known AS (
    SELECT t.date, t.id
    FROM (
        (SELECT t.* FROM amounts CROSS JOIN LATERAL (
             SELECT * FROM transaction t WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.amount BETWEEN amounts.least AND amounts.most OFFSET 0) AS t
         WHERE (SELECT name FROM driver) = 'amount' AND (SELECT exponent FROM account WHERE id = t.account_id) = amounts.exponent
           AND coalesce(($11::text IS NULL OR (lower(searched_text(t.description, t.payee, t.memo)) LIKE ALL ((SELECT words_patterns($11::text))::text[])
                                     AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT words_query($11::text)))), false))
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT name FROM driver) = 'tag and words' AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.tags <> '{}' AND t.tags @> ARRAY[$7::text]
           AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT words_query($11::text)))
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT name FROM driver) = 'words' AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT words_query($11::text)))
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT name FROM driver) = 'tag' AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.tags <> '{}' AND t.tags @> ARRAY[$7::text])
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT name FROM driver) = 'upload' AND t.upload_id = $13::uuid AND t.deleted_at IS NULL
           AND coalesce(t.user_id = $1::uuid, false)) -- not by an index: all of a user's rows are more
    ) AS t
    WHERE (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
      AND coalesce(($5::uuid IS NULL OR t.account_id = $5::uuid)
      AND ($6::uuid IS NULL OR t.category_id = $6::uuid OR $6::uuid = ANY (t.split_categories))
      AND ($7::text IS NULL OR $7::text = ANY (t.tags))
      AND ($9::text IS NULL OR t.amount >= ((SELECT minors_from($9::text))::bigint[])[1 + (SELECT exponent FROM account WHERE id = t.account_id)])
      AND ($10::text IS NULL OR t.amount <= ((SELECT minors_to($10::text))::bigint[])[1 + (SELECT exponent FROM account WHERE id = t.account_id)])
      AND ($12::text IS NULL OR t.status = $12::text)
      AND ($13::uuid IS NULL OR t.upload_id = $13::uuid)
      AND (NOT $14::boolean OR (t.category_id IS NULL AND t.split_categories IS NULL)), false)
    ORDER BY t.date DESC, t.id DESC
    LIMIT $4::bigint + 1
), chosen AS (
    SELECT id FROM recent WHERE (SELECT name FROM driver) = 'recent'
    UNION ALL
    SELECT id FROM known WHERE (SELECT name FROM driver) <> 'recent'
), page AS (
    SELECT t.date, t.id, transaction_json(t, (SELECT exponent FROM account WHERE account.id = t.account_id)) AS json,
           row_number() OVER (ORDER BY t.date DESC, t.id DESC) AS n
    FROM chosen JOIN transaction t ON t.id = chosen.id
)
SELECT coalesce(json_agg(json ORDER BY n) FILTER (WHERE n <= $4::bigint), '[]')::text AS body,
       CASE WHEN count(*) > $4::bigint
            THEN (max(date) FILTER (WHERE n = $4::bigint))::text || chr(31) || (max(id::text) FILTER (WHERE n = $4::bigint)) END AS next
FROM page
