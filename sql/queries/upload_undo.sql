-- Takes out exactly what an upload put in, except rows edited since, which stay and are counted. Rows it matched are
-- again what they were; other halves of transfers that were found are plain rows again. A tombstone is not left: the file
-- may come again. A date of a rule that one of its rows had met is entered by the rule after all.
-- $1 upload, $2 user, $3 now
WITH target AS (
    SELECT id FROM upload WHERE id = $1::uuid AND user_id = $2::uuid AND state IN ('done', 'failed') FOR UPDATE
), removed AS (
    DELETE FROM transaction t USING target WHERE t.upload_id = target.id AND NOT t.edited
    RETURNING t.id, t.transfer_id, t.recurring_id, t.recurring_date, t.deleted_at IS NULL AS was_there
), unlinked AS (
    UPDATE transaction t SET transfer_id = NULL, version = version + 1, updated_at = $3::timestamptz
    FROM removed
    WHERE t.transfer_id = removed.transfer_id AND t.id <> removed.id
), dates AS ( -- due at once, on the date that the rule would have entered it at
    UPDATE recurring_occurrence o SET state = 'postponed', due_at = $3::timestamptz, transaction_id = NULL, updated_at = $3::timestamptz
    FROM removed
    WHERE o.rule_id = removed.recurring_id AND o.nominal_date = removed.recurring_date AND o.transaction_id = removed.id AND removed.was_there
    RETURNING o.rule_id
), rules AS (
    UPDATE recurring_rule r
    SET state = CASE r.state WHEN 'ended' THEN 'active' ELSE r.state END,
        check_at = CASE WHEN r.state <> 'paused' THEN $3::timestamptz END
    FROM dates WHERE r.id = dates.rule_id AND r.deleted_at IS NULL
), kept AS (
    SELECT count(*) AS count FROM transaction t JOIN target ON t.upload_id = target.id
    WHERE t.edited AND t.deleted_at IS NULL
), released AS (
    UPDATE transaction t SET fingerprint = NULL, occurrence = NULL, version = version + 1, updated_at = $3::timestamptz
    FROM upload_row r JOIN target ON r.upload_id = target.id
    WHERE r.fate = 'matched' AND t.id = r.transaction_id
), done AS (
    UPDATE upload SET state = 'undone', kept_edited = kept.count, finished_at = $3::timestamptz
    FROM target, kept WHERE upload.id = target.id
    RETURNING upload.*
)
SELECT json_build_object('removed', (SELECT count(*) FROM removed), 'kept_edited', done.kept_edited)::text FROM done
