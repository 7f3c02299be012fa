-- Changes what the checked body names. $1 user, $2 id, $3 body (amounts in minor units), $4 now, $5 version or null
WITH posted AS (
    SELECT $3::text::jsonb AS body
), target AS (
    SELECT id, version = coalesce($5::bigint, version) AS is_current FROM transaction
    WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL FOR UPDATE
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
        category_id = CASE WHEN body ? 'category_id' THEN (body ->> 'category_id')::uuid ELSE category_id END,
        category_source = CASE WHEN NOT body ? 'category_id' THEN category_source
                               WHEN body ->> 'category_id' IS NULL THEN 'none' ELSE 'user' END,
        category_confidence = CASE WHEN NOT body ? 'category_id' THEN category_confidence
                                   WHEN body ->> 'category_id' IS NULL THEN NULL ELSE 1 END,
        category_reasons = CASE WHEN body ? 'category_id' THEN NULL ELSE category_reasons END,
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
)
SELECT CASE WHEN target.is_current THEN 200 ELSE 412 END AS status, changed.version::bigint AS etag,
       transaction_json(changed.*::transaction, account.exponent)::text AS body
FROM target LEFT JOIN changed USING (id) LEFT JOIN account ON account.id = changed.account_id
