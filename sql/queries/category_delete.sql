-- Takes a category away. Its transactions, the recurring rules that name it and its children go to move_to, or to no category
-- and the category's parent. Its budgets go there too; without move_to, or where there is one of the kind already, they end.
-- A move_to that is not another category of the user's: 422, and nothing changed. The user's rows are sorted anew by the job
-- offered, unless one waits.
-- $1 user, $2 id, $3 now, $4 version or null, $5 move_to or null, $6 job, $7 task, $8 queue, $9 envelope
WITH RECURSIVE target AS (
    SELECT id, parent_id, version = coalesce($4::bigint, version) AS is_current FROM category
    WHERE id = $2::uuid AND user_id = $1::uuid FOR UPDATE
), below AS (
    SELECT id FROM target
    UNION ALL
    SELECT category.id FROM category JOIN below ON category.parent_id = below.id
), allowed AS (
    SELECT id, coalesce($5::uuid, parent_id) AS new_parent FROM target
    WHERE is_current
      AND ($5::uuid IS NULL
           OR ($5::uuid NOT IN (SELECT id FROM below)
               AND EXISTS (SELECT FROM category WHERE id = $5::uuid AND user_id = $1::uuid)))
), moved AS (
    UPDATE transaction
    SET category_id = CASE WHEN category_id = allowed.id THEN $5::uuid ELSE category_id END,
        category_source = CASE WHEN category_id = allowed.id AND $5::uuid IS NULL THEN 'none' ELSE category_source END,
        category_confidence = CASE WHEN category_id = allowed.id AND $5::uuid IS NULL THEN NULL ELSE category_confidence END,
        category_reasons = CASE WHEN category_id = allowed.id AND $5::uuid IS NULL THEN NULL ELSE category_reasons END,
        split_categories = array_replace(split_categories, allowed.id, $5::uuid),
        version = transaction.version + 1, updated_at = $3::timestamptz
    FROM allowed
    WHERE transaction.user_id = $1::uuid
      AND (transaction.category_id = allowed.id OR allowed.id = ANY (transaction.split_categories))
    RETURNING transaction.id
), learner AS MATERIALIZED ( -- what was taught moves along, or ends; rows are locked before the log, as edits do it
    SELECT allowed.id, classifier_step($1::uuid, CASE WHEN $5::uuid IS NULL THEN -taught.count ELSE 0 END, true) AS revision
    FROM allowed, LATERAL (SELECT count(*) FROM label WHERE category_id = allowed.id AND ended IS NULL) AS taught
    WHERE taught.count > 0 AND (SELECT count(*) FROM moved) >= 0
), labels AS (
    UPDATE label
    SET category_id = coalesce($5::uuid, label.category_id), ended = CASE WHEN $5::uuid IS NULL THEN learner.revision END,
        ended_why = CASE WHEN $5::uuid IS NULL THEN 'category deleted' END
    FROM learner WHERE label.category_id = learner.id AND label.ended IS NULL
), rules AS (
    UPDATE rule SET body = jsonb_set(body, '{then,category_id}', to_jsonb($5::uuid)), version = version + 1, updated_at = $3::timestamptz
    FROM allowed
    WHERE rule.user_id = $1::uuid AND $5::uuid IS NOT NULL AND (body #>> '{then,category_id}')::uuid = allowed.id
), recurring AS (
    UPDATE recurring_rule r
    SET category_id = CASE WHEN r.category_id = allowed.id THEN $5::uuid ELSE r.category_id END,
        split_categories = array_replace(r.split_categories, allowed.id, $5::uuid), version = r.version + 1, updated_at = $3::timestamptz
    FROM allowed
    WHERE r.user_id = $1::uuid AND r.deleted_at IS NULL AND (r.category_id = allowed.id OR allowed.id = ANY (r.split_categories))
), budgets AS (
    UPDATE budget b
    SET category_id = coalesce($5::uuid, b.category_id), version = b.version + 1, updated_at = $3::timestamptz,
        deleted_at = CASE WHEN $5::uuid IS NULL OR EXISTS (
            SELECT FROM budget other WHERE other.user_id = b.user_id AND other.category_id = $5::uuid AND other.currency = b.currency
                                       AND other.period = b.period AND other.deleted_at IS NULL) THEN $3::timestamptz END
    FROM allowed WHERE b.user_id = $1::uuid AND b.category_id = allowed.id AND b.deleted_at IS NULL
), children AS (
    UPDATE category SET parent_id = allowed.new_parent, version = version + 1, updated_at = $3::timestamptz
    FROM allowed WHERE category.parent_id = allowed.id AND category.user_id = $1::uuid
), gone AS (
    DELETE FROM category USING allowed WHERE category.id = allowed.id RETURNING category.id
), wanted AS MATERIALIZED (
    SELECT classify_want($1::uuid, $6::uuid) AS wants FROM gone WHERE (SELECT count(*) FROM moved) + (SELECT count(*) FROM learner) >= 0
), asked AS (
    INSERT INTO job (id, task, queue, envelope, enqueued_at)
    SELECT $6::uuid, $7::text, $8::text, $9::bytea, $3::timestamptz FROM wanted WHERE wants
)
SELECT CASE WHEN NOT target.is_current THEN 412 WHEN gone.id IS NULL THEN 422 ELSE 204 END AS status,
       CASE WHEN target.is_current AND gone.id IS NULL THEN 'move_to' END AS pointer,
       CASE WHEN target.is_current AND gone.id IS NULL THEN 'must be another category of yours that is not below this one' END AS detail,
       coalesce((SELECT wants FROM wanted), false) AS accepted
FROM target LEFT JOIN gone USING (id)
