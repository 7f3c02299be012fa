-- Claims the rows up to $3 for this transaction: of two workers on one upload only one gets a row back. Then one import
-- at a time works on the account, so that overlapping files are compared row by row. $1 upload, $2 rows done before,
-- $3 rows done after
UPDATE upload SET rows_done = $3::bigint
WHERE id = $1::uuid AND rows_done = $2::bigint AND state = 'running'
RETURNING pg_advisory_xact_lock(hashtextextended(account_id::text, 0)) IS NULL AS locked
