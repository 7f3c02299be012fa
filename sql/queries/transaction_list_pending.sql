-- transaction_list.sql for pending rows.
-- $1 user, $2 before this date (text; 'infinity' too), $3 and this id (text), $4 limit, $5 account, $6 category, $7 tag, $8 from,
-- $9 least and $10 most as decimal text, $11 words, $12 status, $13 upload, $14 uncategorised
WITH rows AS (
    SELECT t.date, t.id, t AS row FROM transaction t
    WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL
      AND t.status = 'pending'
      AND (t.date, t.id) < ($2::text::date, $3::text::uuid) AND t.date >= coalesce($8::date, '-infinity')
      AND coalesce(
\ir ../parts/listing_filters.sql
      , false)
    ORDER BY t.date DESC, t.id DESC
    LIMIT $4::bigint + 1
)
\ir ../parts/listing_page.sql
