-- A page of transactions as transaction_list.sql gives it, for filters whose rows no index holds by date: words, a tag,
-- amounts, an upload. A glance at the newest $15 / 8 rows (of the account or category) shows how many rows fit and how rare
-- each filter is. They fill a page when a tenth fits. Else the newest rows are looked through further, as far as the glance
-- promises a page: 2 * $15 rows when some fit, 20 * $15 when even the rarest filter picks more than an index is good for.
-- When that is not enough, all rows that the index of the rarest filter knows are fetched and sorted. Only one branch of each
-- UNION runs.
-- $1 user, $2 before this date (text; 'infinity' too), $3 and this id (text), $4 limit, $5 account, $6 category, $7 tag, $8 from,
-- $9 least and $10 most as decimal text, $11 words, $12 status, $13 upload, $14 uncategorised
-- $15 how many rows to look through
WITH RECURSIVE asked AS MATERIALIZED ( -- what $11 asks for, as words_query and words_patterns say: there are no marks in words
    SELECT string_agg('''' || lexeme || ''':*', ' & ')::tsquery AS query, coalesce(array_agg('%' || lexeme || '%'), '{}') AS patterns
    FROM unnest(words_of($11::text))
), amounts AS MATERIALIZED ( -- how the bounds read in each exponent that the user's accounts have
    SELECT DISTINCT exponent,
           CASE WHEN $9::text IS NULL THEN -9223372036854775808 ELSE least(greatest(ceil($9::text::numeric * 10::numeric ^ exponent), -9223372036854775808), 9223372036854775807) END::bigint AS least,
           CASE WHEN $10::text IS NULL THEN 9223372036854775807 ELSE least(greatest(floor($10::text::numeric * 10::numeric ^ exponent), -9223372036854775808), 9223372036854775807) END::bigint AS most
    FROM account WHERE user_id = $1::uuid AND ($9::text IS NOT NULL OR $10::text IS NOT NULL)
), bounds AS MATERIALIZED (
    SELECT count(*) AS exponents, min(least) AS least, max(most) AS most FROM amounts
), glance AS MATERIALIZED (
    SELECT t.date, t.id, coalesce(
\ir ../parts/search_filters.sql
          AND ($11::text IS NULL OR (lower(searched_text(t.description, t.payee, t.memo)) LIKE ALL ((SELECT patterns FROM asked)::text[])
           AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT query FROM asked))), false) AS fits,
           CASE WHEN $7::text IS NOT NULL THEN $7::text = ANY (t.tags) END AS has_tag,
           CASE WHEN $9::text IS NOT NULL OR $10::text IS NOT NULL
                THEN CASE (SELECT exponents FROM bounds) WHEN 1 THEN t.amount BETWEEN (SELECT least FROM bounds) AND (SELECT most FROM bounds)
           ELSE EXISTS (SELECT FROM amounts WHERE amounts.exponent = (SELECT exponent FROM account WHERE id = t.account_id) AND t.amount BETWEEN amounts.least AND amounts.most) END END AS has_amount,
           CASE WHEN $13::uuid IS NOT NULL THEN coalesce(t.upload_id = $13::uuid, false) END AS has_upload,
           CASE WHEN $11::text IS NOT NULL THEN lower(searched_text(t.description, t.payee, t.memo)) END AS text
    FROM (
        (SELECT * FROM transaction t
         WHERE (SELECT $5::uuid IS NULL AND $6::uuid IS NULL) AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC LIMIT (SELECT $15::bigint / 8))
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT $5::uuid IS NOT NULL AND $6::uuid IS NULL) AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.account_id = $5::uuid
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC LIMIT (SELECT $15::bigint / 8))
        UNION ALL
        (SELECT * FROM (
            (SELECT * FROM transaction t
             WHERE (SELECT $6::uuid IS NOT NULL) AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.category_id = $6::uuid
               AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
             ORDER BY t.date DESC, t.id DESC LIMIT (SELECT $15::bigint / 8))
            UNION ALL
            (SELECT * FROM transaction t
             WHERE (SELECT $6::uuid IS NOT NULL) AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.split_categories IS NOT NULL AND t.category_id IS DISTINCT FROM $6::uuid
               AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
             ORDER BY t.date DESC, t.id DESC LIMIT (SELECT $15::bigint / 8))) AS t
         ORDER BY t.date DESC, t.id DESC LIMIT (SELECT $15::bigint / 8))
    ) AS t
), word AS MATERIALIZED ( -- of $11, with how many rows of the glance have it
    SELECT lexeme, (SELECT count(*) FROM glance WHERE position(lexeme IN text) > 0) AS hits FROM unnest(words_of($11::text))
), rarest_word AS MATERIALIZED (
    SELECT ('''' || lexeme || ''':*')::tsquery AS query, hits, (SELECT count(*) FROM word) AS words FROM word ORDER BY hits, length(lexeme) DESC, lexeme LIMIT 1
), seen AS MATERIALIZED (
    SELECT count(*) AS rows, count(*) FILTER (WHERE fits) AS fitting, sum(has_tag::integer) AS tags, sum(has_amount::integer) AS amounts,
           sum(has_upload::integer) AS uploads, (SELECT hits FROM rarest_word) AS words
    FROM glance
), reach AS MATERIALIZED ( -- how many rows to look through; 0: the glance or an index is better
    SELECT CASE WHEN fitting > $4::bigint OR rows < $15::bigint / 8 THEN 0
                WHEN least(tags, amounts, uploads, words) > $15::bigint / 400 THEN 20 * $15::bigint
                WHEN fitting > 1 THEN 2 * $15::bigint
                ELSE 0 END AS rows
    FROM seen
), recent AS MATERIALIZED (
    SELECT t.date, t.id
    FROM (
        (SELECT * FROM transaction t
         WHERE (SELECT $5::uuid IS NULL AND $6::uuid IS NULL) AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC LIMIT (SELECT rows FROM reach))
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT $5::uuid IS NOT NULL AND $6::uuid IS NULL) AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.account_id = $5::uuid
           AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
         ORDER BY t.date DESC, t.id DESC LIMIT (SELECT rows FROM reach))
        UNION ALL
        (SELECT * FROM (
            (SELECT * FROM transaction t
             WHERE (SELECT $6::uuid IS NOT NULL) AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.category_id = $6::uuid
               AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
             ORDER BY t.date DESC, t.id DESC LIMIT (SELECT rows FROM reach))
            UNION ALL
            (SELECT * FROM transaction t
             WHERE (SELECT $6::uuid IS NOT NULL) AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.split_categories IS NOT NULL AND t.category_id IS DISTINCT FROM $6::uuid
               AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
             ORDER BY t.date DESC, t.id DESC LIMIT (SELECT rows FROM reach))) AS t
         ORDER BY t.date DESC, t.id DESC LIMIT (SELECT rows FROM reach))
    ) AS t
    WHERE (SELECT rows FROM reach) > 0
      AND coalesce(
\ir ../parts/search_filters.sql
      AND ($11::text IS NULL OR (lower(searched_text(t.description, t.payee, t.memo)) LIKE ALL ((SELECT patterns FROM asked)::text[])
       AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT query FROM asked))), false)
    ORDER BY t.date DESC, t.id DESC
    LIMIT $4::bigint + 1
), driver AS MATERIALIZED ( -- of two filters that are equally rare the first is taken; a tag and words together
    SELECT CASE WHEN fitting > $4::bigint OR rows < $15::bigint / 8 THEN 'glance'
                WHEN (SELECT count(*) FROM recent) > $4::bigint THEN 'recent'
                WHEN coalesce(amounts <= least(words, tags, uploads), tags IS NULL AND words IS NULL AND uploads IS NULL) THEN 'amount'
                WHEN words = least(words, tags, uploads) AND words = tags THEN 'tag and words'
                WHEN words = least(words, tags, uploads) THEN 'words'
                WHEN tags = least(tags, uploads) THEN 'tag'
                ELSE 'upload' END AS name
    FROM seen
), month AS ( -- those that have rows, newest first; the index on amounts is ordered by them
    (SELECT month_of(t.date) AS first FROM transaction t
     WHERE (SELECT name FROM driver) = 'amount' AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.date <= $2::text::date
     ORDER BY t.date DESC, t.id DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT month_of(t.date) FROM transaction t
            WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.date < month.first AND t.date >= coalesce($8::date, '-infinity')
            ORDER BY t.date DESC, t.id DESC LIMIT 1)
    FROM month WHERE month.first IS NOT NULL
), known AS (
    SELECT t.date, t.id
    FROM (
        (SELECT t.* FROM month CROSS JOIN amounts CROSS JOIN LATERAL (
             SELECT * FROM transaction t
             WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL AND amount_month(t.date) = month.first AND t.amount BETWEEN amounts.least AND amounts.most OFFSET 0) AS t
         WHERE (SELECT name FROM driver) = 'amount' AND (SELECT exponent FROM account WHERE id = t.account_id) = amounts.exponent)
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT name FROM driver) = 'tag and words' AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.tags <> '{}' AND t.tags @> ARRAY[$7::text]
           AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT query FROM rarest_word))
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT name FROM driver) = 'words' AND t.user_id = $1::uuid AND t.deleted_at IS NULL
           AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT query FROM rarest_word))
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT name FROM driver) = 'tag' AND t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.tags <> '{}' AND t.tags @> ARRAY[$7::text])
        UNION ALL
        (SELECT * FROM transaction t
         WHERE (SELECT name FROM driver) = 'upload' AND t.upload_id = $13::uuid AND t.deleted_at IS NULL
           AND owner_is(t.user_id, $1::uuid))
    ) AS t
    WHERE (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
      AND coalesce(
\ir ../parts/search_filters.sql
      AND ($11::text IS NULL OR (SELECT name LIKE '%words' AND words = 1 FROM driver, rarest_word) OR (lower(searched_text(t.description, t.payee, t.memo)) LIKE ALL ((SELECT patterns FROM asked)::text[])
       AND words_of(searched_text(t.description, t.payee, t.memo)) @@ (SELECT query FROM asked))), false)
    ORDER BY t.date DESC, t.id DESC
    LIMIT $4::bigint + 1
), chosen AS (
    (SELECT date, id FROM glance WHERE (SELECT name FROM driver) = 'glance' AND fits ORDER BY date DESC, id DESC LIMIT $4::bigint + 1)
    UNION ALL
    SELECT date, id FROM recent WHERE (SELECT name FROM driver) = 'recent'
    UNION ALL
    SELECT date, id FROM known WHERE (SELECT name FROM driver) NOT IN ('glance', 'recent')
), rows AS (
    SELECT t.date, t.id, t AS row FROM chosen JOIN transaction t ON t.id = chosen.id
)
\ir ../parts/listing_page.sql
