-- Puts back a step of what a run over history changed: rows that are still as it left them. What is put back or kept is taken
-- off its list. $1 run, $2 user, $3 rows, $4 now
WITH part AS (
    DELETE FROM classify_change WHERE (job_id, transaction_id) IN (
        SELECT job_id, transaction_id FROM classify_change
        WHERE job_id = $1::uuid AND user_id = $2::uuid ORDER BY transaction_id LIMIT $3::bigint)
    RETURNING *
), restored AS (
    UPDATE transaction t
    SET category_id = c.id, category_source = CASE WHEN c.id IS NULL THEN 'none' ELSE part.category_source END,
        category_confidence = CASE WHEN c.id IS NOT NULL THEN part.category_confidence END,
        category_reasons = CASE WHEN c.id IS NOT NULL OR part.category_id IS NULL THEN part.category_reasons END,
        tags = part.tags, payee = part.payee, version = t.version + 1, updated_at = $4::timestamptz
    FROM part LEFT JOIN category c ON c.id = part.category_id
    WHERE t.id = part.transaction_id AND t.deleted_at IS NULL
      AND t.category_id IS NOT DISTINCT FROM part.set_category AND t.category_source = part.set_source
    RETURNING t.id
)
SELECT (SELECT count(*) FROM part) AS part, (SELECT count(*) FROM restored) AS restored
