-- The user's accounts, with what each held before the export begins, and categories, whose names from the root down are
-- joined by U+001F. $1 user, $2 account or null, $3 from or null, $4 to or null
WITH RECURSIVE tree AS (
    SELECT id, kind, name AS path FROM category WHERE user_id = $1::uuid AND parent_id IS NULL
    UNION ALL
    SELECT c.id, c.kind, tree.path || chr(31) || c.name FROM category c JOIN tree ON c.parent_id = tree.id
)
SELECT true AS is_account, a.id, a.name, a.type AS kind, a.currency, a.exponent,
       coalesce($2::uuid = a.id, true) AS is_exported,
       (CASE WHEN $3::date IS NULL THEN a.opening_balance ELSE account_balance(a, $3::date - 1) END)::bigint AS opening,
       coalesce($3::date, (SELECT least(min(t.date), $4::date) FROM transaction t WHERE t.account_id = a.id AND t.deleted_at IS NULL),
                $4::date, (a.created_at AT TIME ZONE 'UTC')::date) AS opened, account_json(a)::text AS json
FROM account a WHERE a.user_id = $1::uuid AND a.deleted_at IS NULL
UNION ALL
SELECT false, tree.id, tree.path, tree.kind, NULL, NULL, NULL, NULL, NULL, category_json(c)::text
FROM tree JOIN category c ON c.id = tree.id
ORDER BY 1 DESC, 3, 2
