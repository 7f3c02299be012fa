-- Says that a mail is about to go out; gives the state that the attempt starts from ('sent': there is nothing to do).
-- $1 message_id, $2 job, $3 kind, $4 hash of the recipient, $5 now
INSERT INTO mail AS m (message_id, job_id, kind, recipient_hash, state, attempts, created_at, updated_at)
VALUES ($1::text, $2::uuid, $3::text, $4::bytea, 'sending', 1, $5::timestamptz, $5::timestamptz)
ON CONFLICT (message_id) DO UPDATE
   SET state = CASE WHEN m.state = 'sent' THEN 'sent' WHEN m.state IN ('sending', 'unknown') THEN 'unknown' ELSE 'sending' END,
       attempts = m.attempts + (m.state <> 'sent')::integer,
       updated_at = $5::timestamptz
RETURNING state, attempts
