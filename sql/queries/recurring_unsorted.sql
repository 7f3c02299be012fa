-- Whose entries by these rules come without a category. $1 rules
SELECT DISTINCT user_id FROM recurring_rule WHERE id = ANY ($1::uuid[]) AND category_id IS NULL AND split_amounts IS NULL
