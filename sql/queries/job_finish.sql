-- Rows that end without their effects: dead, expired, cancelled. Gives the ids that were unfinished until now.
-- A dead job keeps its envelope: it may be tried again.
-- $1 ids, $2 state, $3 reason, $4 now
UPDATE job SET state = $2::text, error = $3::text, finished_at = $4::timestamptz, envelope = CASE WHEN $2::text = 'dead' THEN envelope END
WHERE id = ANY ($1::uuid[]) AND state = 'accepted'
RETURNING id
