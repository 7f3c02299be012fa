-- Loads rates; a pair's rate of a day that is there already becomes what is said now, of several of one load the last.
-- $1 person, or null for everybody's, $2 dates, $3 bases, $4 quotes, $5 rates, $6 now
WITH said AS (
    SELECT DISTINCT ON (base, quote, date) * FROM unnest($2::date[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS r (date, base, quote, rate, n)
    ORDER BY base, quote, date, n DESC
), pairs AS (
    INSERT INTO fx_pair (user_id, base, quote) SELECT DISTINCT $1::uuid, base, quote FROM said ORDER BY base, quote ON CONFLICT DO NOTHING
), loaded AS (
    INSERT INTO fx_rate AS r (user_id, base, quote, date, rate, loaded_at)
    SELECT $1::uuid, base, quote, date, rate::numeric, $6::timestamptz FROM said
    ON CONFLICT (user_id, base, quote, date) DO UPDATE SET rate = excluded.rate, loaded_at = excluded.loaded_at WHERE r.rate <> excluded.rate
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM said) - count(*) FROM loaded
