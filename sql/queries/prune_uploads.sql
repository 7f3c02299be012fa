-- Uploads whose body never ended, since the API died under them, and the files of imports whose job ended without them: a
-- dead one may be run again until then. $1 begun, or ended, before
WITH gone AS (DELETE FROM upload WHERE state = 'receiving' AND created_at < $1::timestamptz RETURNING id)
DELETE FROM upload_chunk
WHERE upload_id IN (SELECT id FROM gone UNION ALL SELECT id FROM upload WHERE state = 'failed' AND finished_at < $1::timestamptz)
