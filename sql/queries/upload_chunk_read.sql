-- $1 upload, $2 number
SELECT data FROM upload_chunk WHERE upload_id = $1::uuid AND n = $2::bigint::integer
