-- Says what is to become of one date: skipped, postponed (to a posting date that is due at an instant), or scheduled as told.
-- No row: its state has changed to one that can't become this. $1 rule, $2 nominal date, $3 state, $4 posting date, $5 due at,
-- $6 amount or null, $7 description or null, $8 states it may be in, $9 now
WITH told AS (
    INSERT INTO recurring_occurrence AS o (rule_id, nominal_date, state, posting_date, due_at, amount, description, updated_at)
    VALUES ($1::uuid, $2::date, $3::text, $4::date, $5::timestamptz, $6::bigint, $7::text, $9::timestamptz)
    ON CONFLICT (rule_id, nominal_date) DO UPDATE
    SET state = excluded.state, posting_date = excluded.posting_date, due_at = excluded.due_at,
        amount = coalesce(excluded.amount, o.amount), description = coalesce(excluded.description, o.description),
        transaction_id = NULL, updated_at = excluded.updated_at
    WHERE o.state = ANY ($8::text[])
    RETURNING o.rule_id, o.due_at
), look AS (
    UPDATE recurring_rule r SET check_at = least(r.check_at, told.due_at), state = 'active' -- it may have ended before
    FROM told WHERE r.id = told.rule_id AND r.state <> 'paused' AND told.due_at IS NOT NULL
)
SELECT rule_id FROM told
