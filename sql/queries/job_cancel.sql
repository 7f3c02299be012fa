-- Ends a job before its effects; one that is in the middle of them is waited for. No row: not there.
-- $1 job, $2 user, $3 now
WITH ended AS (
    UPDATE job SET state = 'cancelled', error = 'cancelled by its owner', finished_at = $3::timestamptz, envelope = NULL
    WHERE id = $1::uuid AND user_id = $2::uuid AND state = 'accepted'
    RETURNING id
)
SELECT EXISTS (SELECT FROM ended) FROM job WHERE id = $1::uuid AND user_id = $2::uuid
