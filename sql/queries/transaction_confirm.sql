-- The category that stands there is right: a label, as if the user had set it. The user's rows want sorting again then, and the
-- job for that is accepted unless one waits. Without a category: 422.
-- $1 user, $2 id, $3 now, $4 version or null, $5 job, $6 task, $7 queue, $8 envelope
WITH target AS (
    SELECT id, version = coalesce($4::bigint, version) AS is_current, category_id IS NOT NULL AS has_category, t AS before
    FROM transaction t
    WHERE id = $2::uuid AND owner_is(user_id, $1::uuid) AND deleted_at IS NULL FOR UPDATE
), changed AS (
    UPDATE transaction t
    SET category_source = 'user', category_confidence = 1, category_reasons = NULL,
        edited = true, version = version + 1, updated_at = $3::timestamptz
    FROM target
    WHERE t.id = target.id AND is_current AND has_category
    RETURNING t.*
), taught AS MATERIALIZED (
    SELECT CASE WHEN label_follow(before, changed.*::transaction, $3::timestamptz) THEN classify_want($1::uuid, $5::uuid)
                ELSE false END AS wants
    FROM target JOIN changed USING (id)
), job AS (
    INSERT INTO job (id, task, queue, envelope, enqueued_at)
    SELECT $5::uuid, $6::text, $7::text, $8::bytea, $3::timestamptz FROM taught WHERE wants
)
SELECT CASE WHEN NOT is_current THEN 412 WHEN has_category THEN 200 ELSE 422 END AS status,
       CASE WHEN is_current AND NOT has_category THEN '/category_id' END AS pointer,
       CASE WHEN is_current AND NOT has_category THEN 'there is none to confirm' END AS detail,
       changed.version::bigint AS etag, transaction_json(changed.*::transaction, account.exponent)::text AS body,
       coalesce((SELECT wants FROM taught), false) AS accepted
FROM target LEFT JOIN changed USING (id) LEFT JOIN account ON account.id = changed.account_id
