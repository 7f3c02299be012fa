-- Stores posted transactions, any number of users at once. Only into accounts that are still there, the owner's and of
-- that currency; an id that exists is left alone. A category that came along (source user) is a label; others were found.
-- Gives how many were stored.
-- $1 ids, $2 users, $3 accounts, $4 amounts, $5 currencies, $6 dates, $7 descriptions, $8 payees, $9 memos, $10 statuses,
-- $11 categories, $12 tags as JSON arrays, $13 external ids, $14 now, $15 sources
-- of the categories, $16 confidences in thousandths, $17 reasons
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::date[], $7::text[], $8::text[],
                         $9::text[], $10::text[], $11::uuid[], $12::text[], $13::text[], $15::text[], $16::bigint[], $17::text[])
    AS t (id, user_id, account_id, amount, currency, date, description, payee, memo, status, category_id, tags, external_id,
          source, permille, reasons)
), named AS (
    INSERT INTO tag (id, user_id, name, created_at, updated_at)
    SELECT DISTINCT ON (new.user_id, lower(name)) gen_random_uuid(), new.user_id, name, $14::timestamptz, $14::timestamptz
    FROM new, json_array_elements_text(new.tags::json) AS name WHERE new.tags IS NOT NULL
    ON CONFLICT DO NOTHING
), stored AS (
    INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, payee, memo, status, category_id,
                             category_source, category_confidence, category_reasons, tags, origin, external_id, created_at, updated_at)
    SELECT new.id, new.user_id, new.account_id, new.amount, new.currency, new.date, new.description, new.payee, new.memo,
           new.status, category.id,
           CASE WHEN category.id IS NULL THEN 'none' ELSE source END,
           CASE WHEN category.id IS NULL THEN NULL ELSE (permille / 1000.0)::real END,
           CASE WHEN category.id IS NULL AND source <> 'none' THEN NULL ELSE reasons::jsonb END, -- it is gone: to be sorted anew
           CASE WHEN new.tags IS NULL THEN '{}' ELSE ARRAY(SELECT json_array_elements_text(new.tags::json)) END,
           'api', new.external_id, $14::timestamptz, $14::timestamptz
    FROM new
    JOIN account ON account.id = new.account_id AND account.user_id = new.user_id AND account.currency = new.currency
                AND account.deleted_at IS NULL
    LEFT JOIN category ON category.id = new.category_id AND category.user_id = new.user_id
    ON CONFLICT (id) DO NOTHING
    RETURNING transaction.*
), learner AS (
    INSERT INTO classifier AS c (user_id, revision, labels)
    SELECT user_id, count(*), count(*) FROM stored WHERE category_source = 'user' GROUP BY user_id ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET revision = c.revision + excluded.revision, labels = c.labels + excluded.labels
    RETURNING user_id, revision
), labels AS (
    INSERT INTO label (user_id, revision, transaction_id, category_id, account_id, description, payee, amount, exponent, date, at)
    SELECT s.user_id, learner.revision + 1 - row_number() OVER (PARTITION BY s.user_id ORDER BY s.date DESC, s.id DESC), s.id,
           s.category_id, s.account_id, s.description, s.payee, s.amount, account.exponent, s.date, $14::timestamptz
    FROM stored s JOIN learner USING (user_id) JOIN account ON account.id = s.account_id
    WHERE s.category_source = 'user'
)
SELECT count(*) FROM stored
