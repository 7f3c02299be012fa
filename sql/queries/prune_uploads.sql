-- Uploads whose body never ended: the API died under them. $1 begun before
WITH gone AS (DELETE FROM upload WHERE state = 'receiving' AND created_at < $1::timestamptz RETURNING id)
DELETE FROM upload_chunk USING gone WHERE upload_chunk.upload_id = gone.id
