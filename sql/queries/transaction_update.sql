-- Changes what the checked body names. A category is a label (label_follow), and a null one undoes it: then the user's rows
-- want sorting again, as a row does that neither user nor rule sorted when that changes which it was sorted by. The job for
-- that is accepted unless one waits. $1 user, $2 id, $3 body (amounts in minor units),
-- $4 now, $5 version or null, $6 job, $7 task, $8 queue, $9 envelope
WITH posted AS (
    SELECT $3::text::jsonb AS body
), target AS (
    SELECT id, version = coalesce($5::bigint, version) AS is_current, t AS before,
           category_source NOT IN ('user', 'rule')
               AND $3::text::jsonb ?| ARRAY['description', 'payee', 'minor', 'date', 'account_id', 'splits'] AS is_other,
           (SELECT former_rule FROM label JOIN category c ON c.id = (former_rule ->> 'category_id')::uuid
            WHERE transaction_id = t.id AND ended IS NULL) AS former -- what undoing puts back
    FROM transaction t
    WHERE id = $2::uuid AND owner_is(user_id, $1::uuid) AND deleted_at IS NULL FOR UPDATE
), changed AS (
    UPDATE transaction t
    SET account_id = coalesce((body ->> 'account_id')::uuid, account_id),
        amount = coalesce((body ->> 'minor')::bigint, amount),
        date = coalesce((body ->> 'date')::date, date),
        description = coalesce(body ->> 'description', description),
        payee = CASE WHEN body ? 'payee' THEN body ->> 'payee' ELSE payee END,
        memo = CASE WHEN body ? 'memo' THEN body ->> 'memo' ELSE memo END,
        status = coalesce(body ->> 'status', status),
        tags = CASE WHEN body ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(body -> 'tags')) ELSE tags END,
        category_id = CASE WHEN NOT body ? 'category_id' THEN category_id
                           ELSE coalesce(body ->> 'category_id', former ->> 'category_id')::uuid END,
        category_source = CASE WHEN NOT body ? 'category_id' THEN category_source
                               WHEN body ->> 'category_id' IS NOT NULL THEN 'user'
                               WHEN former IS NOT NULL THEN 'rule' ELSE 'none' END,
        category_confidence = CASE WHEN NOT body ? 'category_id' THEN category_confidence
                                   WHEN coalesce(body ->> 'category_id', former ->> 'category_id') IS NULL THEN NULL ELSE 1 END,
        category_reasons = CASE WHEN body ? 'category_id' AND body ->> 'category_id' IS NULL THEN former -> 'reasons'
                                WHEN body ? 'category_id' OR is_other THEN NULL -- to be sorted as if it were new
                                ELSE category_reasons END,
        split_amounts = CASE WHEN body ? 'splits' THEN
            (SELECT array_agg((s ->> 'minor')::bigint ORDER BY n) FROM jsonb_array_elements(nullif(body -> 'splits', 'null')) WITH ORDINALITY AS x (s, n))
            ELSE split_amounts END,
        split_categories = CASE WHEN body ? 'splits' THEN
            (SELECT array_agg((s ->> 'category_id')::uuid ORDER BY n) FROM jsonb_array_elements(nullif(body -> 'splits', 'null')) WITH ORDINALITY AS x (s, n))
            ELSE split_categories END,
        split_memos = CASE WHEN body ? 'splits' THEN
            (SELECT array_agg(s ->> 'memo' ORDER BY n) FROM jsonb_array_elements(nullif(body -> 'splits', 'null')) WITH ORDINALITY AS x (s, n))
            ELSE split_memos END,
        edited = true, version = version + 1, updated_at = $4::timestamptz
    FROM target, posted
    WHERE t.id = target.id AND target.is_current
    RETURNING t.*
), taught AS MATERIALIZED (
    SELECT CASE WHEN CASE WHEN body ? 'category_id' THEN label_follow(before, changed.*::transaction, $4::timestamptz) OR NOT is_sorted
                          ELSE is_other END
                THEN classify_want($1::uuid, $6::uuid) ELSE false END AS wants
    FROM target JOIN changed USING (id), posted,
         LATERAL (SELECT changed.category_id IS NOT NULL OR changed.category_reasons IS NOT NULL AS is_sorted) AS after
    WHERE body ? 'category_id' OR is_other
), job AS (
    INSERT INTO job (id, task, queue, envelope, enqueued_at)
    SELECT $6::uuid, $7::text, $8::text, $9::bytea, $4::timestamptz FROM taught WHERE wants
)
SELECT CASE WHEN target.is_current THEN 200 ELSE 412 END AS status, changed.version::bigint AS etag,
       transaction_json(changed.*::transaction, account.exponent)::text AS body,
       coalesce((SELECT wants FROM taught), false) AS accepted
FROM target LEFT JOIN changed USING (id) LEFT JOIN account ON account.id = changed.account_id
