-- The body broke off: nothing of it stays. $1 upload
WITH chunks AS (DELETE FROM upload_chunk WHERE upload_id = $1::uuid)
DELETE FROM upload WHERE id = $1::uuid AND state = 'receiving'
