-- A page of the rates that count for a person, newest day first: everybody's and his own.
-- $1 user, $2 to $4 the last one of the page before: date, base and quote in one ("EURUSD"), whose, $5 limit, $6 first day, $7 last day, $8 base, $9 quote
WITH page AS (
    SELECT date, base || quote AS pair, user_id IS NOT NULL AS is_own,
           json_build_object('date', date, 'base', base, 'quote', quote, 'rate', rate::text, 'own', user_id IS NOT NULL) AS json
    FROM fx_rate
    WHERE (user_id IS NULL OR user_id = $1::uuid) AND date BETWEEN coalesce($6::date, '-infinity') AND coalesce($7::date, 'infinity')
      AND ($8::text IS NULL OR base = $8::text) AND ($9::text IS NULL OR quote = $9::text)
      AND ($2::text IS NULL OR date <= $2::text::date)
      AND ($2::text IS NULL OR (-(date - $2::text::date), base || quote, user_id IS NOT NULL) > (0, $3::text, $4::text::boolean))
    ORDER BY date DESC, base || quote, user_id IS NOT NULL LIMIT $5::bigint + 1
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY date DESC, pair, is_own) AS n FROM page
)
SELECT coalesce(json_agg(json ORDER BY n) FILTER (WHERE n <= $5::bigint), '[]')::text AS body,
       CASE WHEN count(*) > $5::bigint THEN max(concat_ws(chr(31), date, pair, is_own)) FILTER (WHERE n = $5::bigint) END AS next
FROM numbered
