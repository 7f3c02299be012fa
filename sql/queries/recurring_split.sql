-- "This and following": the rule ends before a date, another takes over from it on, with what is known of those dates.
-- Refused with 409 when a worker has looked at the date in between. $1 user, $2 id, $3 the checked body of the other, $4 now,
-- $5 the version it was checked against, $6 the other's id, $7 the date, $8 the rule's RRULE up to it
WITH target AS (
    SELECT r AS rule, id, version = $5::bigint AS is_current, coalesce(next_nominal <= $7::date, true) AS is_ahead FROM recurring_rule r
    WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL FOR UPDATE
), made AS (
    INSERT INTO recurring_rule AS r
    SELECT n.*
    FROM target
    CROSS JOIN LATERAL jsonb_populate_record(target.rule, jsonb_build_object('id', $6::uuid, 'follows_id', target.id, 'version', 1,
                                             'created_at', $4::timestamptz, 'updated_at', $4::timestamptz)) AS base
    CROSS JOIN LATERAL recurring_with(base, $3::text::jsonb) AS n
    WHERE target.is_current AND target.is_ahead
    RETURNING r.id, r.follows_id, r.version::bigint AS etag, recurring_json(r)::text AS json
), left_over AS (
    SELECT min(o.due_at) AS due_at FROM recurring_occurrence o
    WHERE o.rule_id = $2::uuid AND o.nominal_date < $7::date AND o.state = 'postponed'
), ended AS (
    UPDATE recurring_rule r
    SET rrule = $8::text, version = r.version + 1, updated_at = $4::timestamptz,
        state = CASE WHEN r.next_nominal < $7::date OR left_over.due_at IS NOT NULL OR r.state = 'paused' THEN r.state ELSE 'ended' END,
        check_at = CASE WHEN r.state = 'active' THEN CASE WHEN r.next_nominal < $7::date THEN r.check_at ELSE left_over.due_at END END,
        next_nominal = CASE WHEN r.next_nominal < $7::date THEN r.next_nominal END,
        next_posting = CASE WHEN r.next_nominal < $7::date THEN r.next_posting END,
        next_due_at = CASE WHEN r.next_nominal < $7::date THEN r.next_due_at END
    FROM made, left_over WHERE r.id = made.follows_id
), dates AS (
    UPDATE recurring_occurrence o SET rule_id = made.id FROM made WHERE o.rule_id = made.follows_id AND o.nominal_date >= $7::date
), entries AS (
    UPDATE transaction t SET recurring_id = made.id FROM made
    WHERE t.recurring_id = made.follows_id AND t.recurring_date >= $7::date
)
SELECT CASE WHEN NOT target.is_current THEN 412 WHEN NOT target.is_ahead THEN 409 ELSE 200 END AS status, made.etag, made.json AS body,
       '/v1/recurring/' || made.id AS location, CASE WHEN NOT target.is_ahead THEN 'from' END AS pointer,
       CASE WHEN NOT target.is_ahead THEN 'has been entered in the meantime' END AS detail
FROM target LEFT JOIN made ON made.follows_id = target.id
