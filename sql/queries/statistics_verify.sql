-- The keys of a slice of people whose sums are not what a recount gives; both are read from one snapshot.
-- $1 after this person (null: from the first), $2 people in the slice
WITH slice AS (
    SELECT id FROM app_user WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT $2::bigint
), kept AS (
    SELECT r.* FROM rollup r JOIN slice ON slice.id = r.user_id
    WHERE r.entries <> 0 OR r.rows <> 0 OR r.in_minor <> 0 OR r.out_minor <> 0
), counted AS (
    SELECT c.* FROM rollup_recount c WHERE c.user_id IN (SELECT id FROM slice)
)
SELECT (SELECT id FROM slice ORDER BY id DESC LIMIT 1) AS last_user, user_id, month, account_id, category_id, currency, is_transfer,
       is_pending, rollup_text(kept.entries, kept.rows, kept.in_minor, kept.out_minor) AS kept,
       rollup_text(counted.entries, counted.rows, counted.in_minor, counted.out_minor) AS counted
FROM kept FULL JOIN counted USING (user_id, month, account_id, category_id, currency, is_transfer, is_pending)
WHERE (kept.entries, kept.rows, kept.in_minor, kept.out_minor)
    IS DISTINCT FROM (counted.entries, counted.rows, counted.in_minor, counted.out_minor)
UNION ALL -- where there is no difference, one row says how far the slice went
SELECT id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM (SELECT id FROM slice ORDER BY id DESC LIMIT 1) AS last
