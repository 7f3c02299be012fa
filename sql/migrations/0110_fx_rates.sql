-- Exchange rates, and reports in one currency. A rate says how many units of `quote` one unit of `base` is. Those of user_id
-- null are everybody's; a person's own stand before them on the same day. All is exact: a rate is numeric, a conversion a
-- fraction, rounded once for each entry. What is called for each rate is PL/pgSQL, which keeps its plans: an SQL function that
-- is called out of another is planned anew each time, ten times as dear; rounding is an expression that goes into the query.

CREATE TABLE fx_rate (
    user_id   uuid REFERENCES app_user (id) ON DELETE CASCADE, -- null: everybody's
    base      text COLLATE "C" NOT NULL,
    quote     text COLLATE "C" NOT NULL,
    date      date NOT NULL,
    rate      numeric NOT NULL CHECK (rate > 0),
    loaded_at timestamptz NOT NULL,
    -- Serves fx_leg: the latest rate of a pair up to a day.
    UNIQUE NULLS NOT DISTINCT (user_id, base, quote, date),
    CHECK (base <> quote)
);
-- Serves GET /v1/fx-rates (fx_rate_list.sql).
CREATE INDEX fx_rate_date ON fx_rate (date DESC, base, quote);

-- Which pairs there are, so that a way through a third currency is found without walking the rates.
CREATE TABLE fx_pair (
    user_id uuid REFERENCES app_user (id) ON DELETE CASCADE,
    base    text COLLATE "C" NOT NULL,
    quote   text COLLATE "C" NOT NULL,
    UNIQUE NULLS NOT DISTINCT (user_id, base, quote)
);

-- ISO 4217's minor units, as finance/money.c has them.
CREATE FUNCTION currency_exponent(code text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN code IN ('BIF', 'BYR', 'CLP', 'DJF', 'ESP', 'GNF', 'ISK', 'ITL', 'JPY', 'KMF', 'KRW', 'MGF', 'PYG', 'RWF', 'UGX',
                              'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
                WHEN code IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
                WHEN code = 'CLF' THEN 4 ELSE 2 END
$$;

-- The latest rate between two currencies on or before a day, either way round, as the fraction num / den; nulls: none. On the
-- same day one's own stands before everybody's, and the pair as it is asked for before its inverse.
CREATE FUNCTION fx_leg(of_user uuid, source text, target text, on_day date, OUT num numeric, OUT den numeric, OUT rate_date date)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found record;
BEGIN
    SELECT * INTO found FROM (
        (SELECT rate AS num, 1::numeric AS den, date, 1 AS way FROM fx_rate
         WHERE user_id = of_user AND base = source AND quote = target AND date <= on_day ORDER BY date DESC LIMIT 1)
        UNION ALL
        (SELECT 1, rate, date, 2 FROM fx_rate
         WHERE user_id = of_user AND base = target AND quote = source AND date <= on_day ORDER BY date DESC LIMIT 1)
        UNION ALL
        (SELECT rate, 1, date, 3 FROM fx_rate
         WHERE user_id IS NULL AND base = source AND quote = target AND date <= on_day ORDER BY date DESC LIMIT 1)
        UNION ALL
        (SELECT 1, rate, date, 4 FROM fx_rate
         WHERE user_id IS NULL AND base = target AND quote = source AND date <= on_day ORDER BY date DESC LIMIT 1)
    ) AS ways ORDER BY date DESC, way LIMIT 1;
    num := found.num;
    den := found.den;
    rate_date := found.date;
END $$;

-- The currencies that a currency has rates with.
CREATE FUNCTION fx_neighbours(of_user uuid, code text) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT quote FROM fx_pair WHERE base = code AND (user_id = of_user OR user_id IS NULL)
    UNION
    SELECT base FROM fx_pair WHERE quote = code AND (user_id = of_user OR user_id IS NULL);
END $$;

-- What one unit of `source` is in `target` on a day, as a fraction: by the pair's own rate or through one third currency,
-- whichever is of the later day; through several equally late ones the pair's own, then the first by code. Nulls: no way.
CREATE FUNCTION fx_rate_on(of_user uuid, source text, target text, on_day date, OUT num numeric, OUT den numeric, OUT rate_date date)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    leg record;
    third record;
BEGIN
    IF source = target THEN
        num := 1; den := 1; rate_date := on_day;
        RETURN;
    END IF;
    leg := fx_leg(of_user, source, target, on_day);
    num := leg.num; den := leg.den; rate_date := leg.rate_date;
    IF rate_date = on_day THEN
        RETURN; -- no way is later
    END IF;
    SELECT a.num * b.num AS num, a.den * b.den AS den, least(a.rate_date, b.rate_date) AS day INTO third
    FROM (SELECT fx_neighbours(of_user, source) INTERSECT SELECT fx_neighbours(of_user, target)) AS c (code),
         fx_leg(of_user, source, code, on_day) AS a, fx_leg(of_user, code, target, on_day) AS b
    WHERE a.num IS NOT NULL AND b.num IS NOT NULL
    ORDER BY 3 DESC, code LIMIT 1;
    IF third.day > rate_date OR rate_date IS NULL THEN
        num := third.num; den := third.den; rate_date := third.day;
    END IF;
END $$;

-- n / d rounded half to even; d > 0. Exact: whole-number quotients only. A half is rounded away from zero first; where it was
-- one and came out odd, one less.
CREATE FUNCTION fx_round(n numeric, d numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sign(n) * (div(2 * abs(n) + d, 2 * d)
                      - CASE WHEN (2 * abs(n) + d) % (2 * d) = 0 THEN div(2 * abs(n) + d, 2 * d) % 2 ELSE 0 END)
$$;

-- The rate of a day as num / den between minor units: minor * num / den, rounded by fx_round, is the amount in the other
-- currency. Nulls: there is none.
CREATE FUNCTION fx_factor(of_user uuid, source text, exponent integer, target text, on_day date, OUT num numeric, OUT den numeric)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    shift integer := currency_exponent(target) - exponent;
    rate record := fx_rate_on(of_user, source, target, on_day);
BEGIN
    num := rate.num * CASE WHEN shift > 0 THEN 10::numeric ^ shift ELSE 1 END;
    den := rate.den * CASE WHEN shift < 0 THEN 10::numeric ^ -shift ELSE 1 END;
END $$;

-- What `counted` (0060_statistics.sql) gives, in one currency: each entry in another is converted at the rate of its own date
-- and rounded, and then added. An entry without a rate stays in its currency, with its date in `lacking`. `target` null: nothing
-- is converted. Entries in `target` come out of the sums as ever; the others are read one by one, since a month has many rates.
CREATE FUNCTION counted_in(of_user uuid, first date, last date, of_account uuid, with_transfers boolean, with_pending boolean, target text)
RETURNS TABLE (month date, account_id uuid, category_id uuid, currency text, exponent integer, entries bigint, rows bigint,
               income numeric, expense numeric, lacking date) LANGUAGE plpgsql STABLE ROWS 200 SET jit = off AS $$
#variable_conflict use_column
DECLARE
    whole date := CASE WHEN first = month_of(first) THEN first ELSE (month_of(first) + interval '1 month')::date END;
    behind date := month_of(last + 1); -- the whole months are those from `whole` up to it
    target_exponent integer := currency_exponent(target);
BEGIN
    IF whole < behind THEN
        RETURN QUERY
        SELECT r.month, r.account_id, c.id, r.currency, a.exponent::integer, r.entries, r.rows, r.in_minor, r.out_minor, NULL::date
        FROM rollup r
        JOIN account a ON a.id = r.account_id
        LEFT JOIN category c ON c.id = r.category_id
        WHERE r.user_id = of_user AND r.month >= whole AND r.month < behind AND r.entries <> 0
          AND (of_account IS NULL OR r.account_id = of_account) AND (with_pending OR NOT r.is_pending)
          AND (with_transfers OR NOT (r.is_transfer OR coalesce(c.kind = 'transfer', false)))
          AND (target IS NULL OR r.currency = target);
    END IF;
    IF first < whole OR behind <= last THEN
        RETURN QUERY
        SELECT month_of(t.date), t.account_id, c.id, t.currency, a.exponent::integer, 1::bigint, (s.n = 1)::integer::bigint,
               greatest(s.amount, 0), greatest(-s.amount, 0), NULL::date
        FROM (VALUES (first, least(whole - 1, last)), (greatest(behind, whole), last)) AS cut (first, last)
        JOIN transaction t ON t.user_id = of_user AND t.deleted_at IS NULL AND t.date BETWEEN cut.first AND cut.last
        CROSS JOIN LATERAL (
            SELECT t.amount::numeric, t.category_id, 1 AS n WHERE t.split_amounts IS NULL
            UNION ALL
            SELECT * FROM unnest(t.split_amounts, t.split_categories) WITH ORDINALITY
        ) AS s (amount, category_id, n)
        JOIN account a ON a.id = t.account_id
        LEFT JOIN category c ON c.id = s.category_id
        WHERE (of_account IS NULL OR t.account_id = of_account) AND (with_pending OR t.status = 'booked')
          AND (with_transfers OR NOT (t.transfer_id IS NOT NULL OR coalesce(c.kind = 'transfer', false)))
          AND (target IS NULL OR t.currency = target);
    END IF;
    IF target IS NULL OR NOT EXISTS (SELECT FROM account a WHERE a.user_id = of_user AND a.currency <> target) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT t.date, t.account_id, c.id AS category_id, a.currency, a.exponent::integer AS exponent, s.n = 1 AS is_row, s.amount
        FROM account a
        JOIN transaction t ON t.account_id = a.id AND t.deleted_at IS NULL AND t.date BETWEEN first AND last
        CROSS JOIN LATERAL (
            SELECT t.amount::numeric, t.category_id, 1 AS n WHERE t.split_amounts IS NULL
            UNION ALL
            SELECT * FROM unnest(t.split_amounts, t.split_categories) WITH ORDINALITY
        ) AS s (amount, category_id, n)
        LEFT JOIN category c ON c.id = s.category_id
        WHERE a.user_id = of_user AND a.currency <> target AND (of_account IS NULL OR a.id = of_account)
          AND (with_pending OR t.status = 'booked')
          AND (with_transfers OR NOT (t.transfer_id IS NOT NULL OR coalesce(c.kind = 'transfer', false)))
    ), rate AS MATERIALIZED (
        SELECT d.currency, d.date, r.num, r.den
        FROM (SELECT DISTINCT currency, exponent, date FROM part) d, fx_factor(of_user, d.currency, d.exponent, target, d.date) r
    ), converted AS (
        SELECT month_of(p.date) AS month, p.account_id, p.category_id, p.is_row,
               CASE WHEN r.num IS NULL THEN p.currency ELSE target END AS currency,
               CASE WHEN r.num IS NULL THEN p.exponent ELSE target_exponent END AS exponent,
               CASE WHEN r.num IS NULL THEN p.amount ELSE fx_round(p.amount * r.num, r.den) END AS amount,
               CASE WHEN r.num IS NULL THEN p.date END AS lacking
        FROM part p JOIN rate r ON r.currency = p.currency AND r.date = p.date
    )
    SELECT month, account_id, category_id, currency, exponent, count(*), count(*) FILTER (WHERE is_row),
           sum(greatest(amount, 0)), sum(greatest(-amount, 0)), lacking
    FROM converted GROUP BY month, account_id, category_id, currency, exponent, lacking;
END $$;

-- The same, converting nothing.
CREATE OR REPLACE FUNCTION counted(of_user uuid, first date, last date, of_account uuid, with_transfers boolean, with_pending boolean)
RETURNS TABLE (month date, account_id uuid, category_id uuid, currency text, exponent integer, entries bigint, rows bigint,
               income numeric, expense numeric) LANGUAGE sql STABLE ROWS 200 AS $$
    SELECT c.month, c.account_id, c.category_id, c.currency, c.exponent, c.entries, c.rows, c.income, c.expense
    FROM counted_in(of_user, first, last, of_account, with_transfers, with_pending, NULL) AS c
$$;

-- What accounts hold at the end of each of some months, in their own currency, or with `target` in that one at the rate of the
-- month's last day: `balance` stays in `currency` and `lacking` is that day where there is no rate.
CREATE FUNCTION held_in(of_user uuid, first date, last date, of_account uuid, with_pending boolean, target text)
RETURNS TABLE (month date, account_id uuid, currency text, exponent integer, balance numeric, lacking date) LANGUAGE sql STABLE AS $$
    WITH flows AS (
        SELECT account_id, greatest(month, first) AS month, sum(in_minor - out_minor) AS net
        FROM rollup WHERE user_id = of_user AND (with_pending OR NOT is_pending) AND month <= last AND (of_account IS NULL OR account_id = of_account)
        GROUP BY 1, 2
    ), held AS (
        SELECT m.month::date, a.id, a.currency, a.exponent::integer,
               a.opening_balance + sum(coalesce(flows.net, 0)) OVER (PARTITION BY a.id ORDER BY m.month) AS balance,
               (m.month + interval '1 month')::date - 1 AS day
        FROM generate_series(first, last, interval '1 month') AS m (month)
        CROSS JOIN account a LEFT JOIN flows ON flows.account_id = a.id AND flows.month = m.month::date
        WHERE a.user_id = of_user AND a.deleted_at IS NULL AND (of_account IS NULL OR a.id = of_account)
    ), rate AS MATERIALIZED (
        SELECT d.currency, d.day, r.num, r.den
        FROM (SELECT DISTINCT currency, exponent, day FROM held WHERE target IS NOT NULL AND currency <> target) d,
             fx_factor(of_user, d.currency, d.exponent, target, d.day) r
    )
    SELECT h.month, h.id, CASE WHEN r.num IS NULL THEN h.currency ELSE target END,
           CASE WHEN r.num IS NULL THEN h.exponent ELSE currency_exponent(target) END,
           CASE WHEN r.num IS NULL THEN h.balance ELSE fx_round(h.balance * r.num, r.den) END,
           CASE WHEN r.currency IS NOT NULL AND r.num IS NULL THEN h.day END
    FROM held h LEFT JOIN rate r ON r.currency = h.currency AND r.day = h.day
$$;

-- The currency that ?currency= names: a code, or 'user' for the person's own.
CREATE FUNCTION currency_wanted(of_user uuid, named text) RETURNS text LANGUAGE sql STABLE AS
    $$SELECT CASE WHEN named = 'user' THEN (SELECT currency FROM app_user WHERE id = of_user) ELSE named END$$;
