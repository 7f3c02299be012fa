-- A budget's sums that pass what one amount may be stay there (finance/money.h): ten of the largest pass a bigint, and nobody
-- could see any budget then.
CREATE FUNCTION money_clamp(minor numeric) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT least(greatest(minor, -999999999999999999), 999999999999999999)::bigint';

CREATE OR REPLACE FUNCTION budget_series(b budget, today date) RETURNS TABLE (first date, spent bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
    step interval := CASE b.period WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || b.period)::interval END;
    current date := date_trunc(b.period, today::timestamp)::date;
    behind date := (current + step)::date;
    begins date := CASE WHEN b.rollover = 'none' THEN current
                        ELSE greatest(least(date_trunc(b.period, b.start_date::timestamp)::date, current), (current - 240 * step)::date) END;
BEGIN
    RETURN QUERY
    WITH below AS (
        SELECT a.category_id FROM category_above(b.user_id) a WHERE a.ancestor_id = b.category_id
    ), moved AS (
        SELECT date_trunc(b.period, c.month::timestamp)::date AS first, c.expense - c.income AS spent
        FROM counted(b.user_id, begins, behind - 1, NULL, false, false) c
        WHERE b.period <> 'week' AND c.currency = b.currency AND c.category_id IN (SELECT below.category_id FROM below)
        UNION ALL
        SELECT date_trunc('week', t.date::timestamp)::date, -s.amount
        FROM transaction t
        CROSS JOIN LATERAL (
            SELECT t.amount, t.category_id WHERE t.split_amounts IS NULL
            UNION ALL
            SELECT * FROM unnest(t.split_amounts, t.split_categories)
        ) AS s (amount, category_id)
        WHERE b.period = 'week' AND t.user_id = b.user_id AND t.deleted_at IS NULL AND t.date >= begins AND t.date < behind
          AND t.currency = b.currency AND t.status = 'booked' AND t.transfer_id IS NULL
          AND s.category_id IN (SELECT below.category_id FROM below)
    )
    SELECT g.at::date, money_clamp(coalesce((SELECT sum(m.spent) FROM moved m WHERE m.first = g.at::date), 0))
    FROM generate_series(begins::timestamp, current::timestamp, step) AS g (at) ORDER BY 1;
END $$;
