-- The file was read to its end (or can't be read: $2 failed, with an error). Its bytes go; the mapping that worked is the
-- account's from now on. $1 upload, $2 state, $3 format, $4 mapping or null, $5 certainty, $6 encoding, $7 reconciliation,
-- $8 difference, $9 error, $10 now
WITH finished AS (
    UPDATE upload
    SET state = $2::text, format = $3::text, mapping = coalesce($4::text::jsonb, mapping), certainty = $5::bigint::integer,
        encoding = $6::text, reconciliation = $7::text, difference = $8::text, error = $9::text, finished_at = $10::timestamptz
    WHERE id = $1::uuid AND state = 'running'
    RETURNING *
), chunks AS (
    DELETE FROM upload_chunk USING finished WHERE upload_chunk.upload_id = finished.id
), kept AS (
    UPDATE account SET mapping = finished.mapping FROM finished
    WHERE account.id = finished.account_id AND finished.state = 'done' AND $4::text IS NOT NULL
)
SELECT upload_json(finished)::text FROM finished
