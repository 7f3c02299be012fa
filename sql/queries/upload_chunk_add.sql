-- $1 upload, $2 number, $3 bytes. Again is harmless.
INSERT INTO upload_chunk (upload_id, n, data) VALUES ($1::uuid, $2::bigint::integer, $3::bytea) ON CONFLICT DO NOTHING
