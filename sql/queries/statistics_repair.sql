-- Adds to a person's sums what they differ by from a recount. A difference and not a new value, so that what others add at
-- the same time stays; two repairs at once would add it twice: statistics_repair_lock first, in the same transaction.
-- $1 person
INSERT INTO rollup AS r (user_id, month, account_id, category_id, currency, is_transfer, is_pending, entries, rows, in_minor, out_minor)
SELECT user_id, month, account_id, category_id, currency, is_transfer, is_pending,
       coalesce(c.entries, 0) - coalesce(k.entries, 0), coalesce(c.rows, 0) - coalesce(k.rows, 0),
       coalesce(c.in_minor, 0) - coalesce(k.in_minor, 0), coalesce(c.out_minor, 0) - coalesce(k.out_minor, 0)
FROM (SELECT * FROM rollup WHERE user_id = $1::uuid) AS k
FULL JOIN (SELECT * FROM rollup_recount WHERE user_id = $1::uuid) AS c
    USING (user_id, month, account_id, category_id, currency, is_transfer, is_pending)
WHERE coalesce(c.entries, 0) <> coalesce(k.entries, 0) OR coalesce(c.rows, 0) <> coalesce(k.rows, 0)
   OR coalesce(c.in_minor, 0) <> coalesce(k.in_minor, 0) OR coalesce(c.out_minor, 0) <> coalesce(k.out_minor, 0)
ORDER BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT (user_id, month, account_id, category_id, currency, is_transfer, is_pending) DO UPDATE
SET entries = r.entries + excluded.entries, rows = r.rows + excluded.rows,
    in_minor = r.in_minor + excluded.in_minor, out_minor = r.out_minor + excluded.out_minor
