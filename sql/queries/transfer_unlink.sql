-- Both halves stay, as plain rows. An edit: undoing an upload leaves them. $1 user, $2 transfer, $3 now, $4 not used, as in
-- transfer_delete.sql
WITH freed AS (
    UPDATE transaction SET transfer_id = NULL, edited = true, updated_at = $3::timestamptz, version = version + 1
    WHERE user_id = $1::uuid AND transfer_id = $2::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR true)
    RETURNING id
)
SELECT 204 AS status FROM freed LIMIT 1
