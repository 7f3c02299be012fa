-- Rows that are not stored: rejected ones and pending ones. $1 upload; arrays: $2 ordinals, $3 lines, $4 offsets, $5 fates,
-- $6 reasons, $7 dates, $8 amounts, $9 descriptions
WITH noted AS (
    INSERT INTO upload_row (upload_id, ordinal, line, byte_offset, fate, reason, date, amount, description)
    SELECT $1::uuid, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::date[], $8::bigint[], $9::text[])
    RETURNING fate
)
UPDATE upload
SET rejected = rejected + (SELECT count(*) FROM noted WHERE fate = 'rejected'),
    pending = pending + (SELECT count(*) FROM noted WHERE fate = 'pending')
WHERE id = $1::uuid
