-- Monthly statistics that are never wrong: sums kept by triggers in the transaction that changes the rows, whoever changes
-- them and in whatever order, and read in place of the rows. Transfers and pending rows are kept apart, so that a reader
-- takes them in or leaves them out.

CREATE TABLE rollup (
    user_id     uuid NOT NULL,
    month       date NOT NULL,            -- its first day
    account_id  uuid NOT NULL,
    category_id uuid NOT NULL,            -- the nil UUID: no category
    currency    text COLLATE "C" NOT NULL,
    is_transfer boolean NOT NULL,
    is_pending  boolean NOT NULL,
    entries     bigint NOT NULL,          -- rows; each part of a split row is one
    rows        bigint NOT NULL,          -- rows; a split row counts with its first part only
    in_minor    numeric(40) NOT NULL,     -- a sum of bigints may pass a bigint
    out_minor   numeric(40) NOT NULL,     -- ≥ 0
    PRIMARY KEY (user_id, month, account_id, category_id, currency, is_transfer, is_pending)
) WITH (fillfactor = 80);                 -- no index holds a sum, so that a change stays on its page
-- Serves balances: sql function account_balance.
CREATE INDEX rollup_account ON rollup (account_id, month);

-- How far the scheduler's round of checks is; one row.
CREATE TABLE rollup_walk (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    after_user uuid                       -- null: a new round
);

CREATE FUNCTION month_of(day date) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT day - (extract(day FROM day)::integer - 1)';

-- What a row adds to the sums, for recounting. The triggers below say the same of transition tables.
CREATE VIEW rollup_recount AS
WITH part AS (
    SELECT user_id, date, account_id, category_id, currency, transfer_id, status, amount, 1 AS rows
    FROM transaction WHERE deleted_at IS NULL AND split_amounts IS NULL
    UNION ALL
    SELECT user_id, date, account_id, s.category_id, currency, transfer_id, status, s.amount, (s.n = 1)::integer
    FROM transaction, unnest(split_amounts, split_categories) WITH ORDINALITY AS s (amount, category_id, n)
    WHERE deleted_at IS NULL AND split_amounts IS NOT NULL
)
SELECT user_id, month_of(date) AS month, account_id,
       coalesce(category_id, '00000000-0000-0000-0000-000000000000') AS category_id, currency,
       transfer_id IS NOT NULL AS is_transfer, status = 'pending' AS is_pending,
       count(*) AS entries, sum(rows) AS rows,
       coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::numeric AS in_minor,
       coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::numeric AS out_minor
FROM part
GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- One trigger function for each kind of statement; they differ in the transition tables they see. The sums are locked in
-- the order of their key, so that two statements never wait for each other.
DO $make$
DECLARE
    columns constant text := 'user_id, date, account_id, category_id, currency, transfer_id, status, amount, split_amounts, split_categories';
    kind text;
    source text;
BEGIN
    FOR kind, source IN VALUES
        ('insert', format('SELECT 1 AS sign, %s FROM new_rows WHERE deleted_at IS NULL', columns)),
        ('delete', format('SELECT -1 AS sign, %s FROM old_rows WHERE deleted_at IS NULL', columns)),
        ('update', format('SELECT -1 AS sign, %s FROM old_rows WHERE deleted_at IS NULL UNION ALL SELECT 1, %s FROM new_rows WHERE deleted_at IS NULL',
                          columns, columns))
    LOOP
        EXECUTE format($function$
CREATE FUNCTION rollup_%s() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO rollup AS r (user_id, month, account_id, category_id, currency, is_transfer, is_pending, entries, rows, in_minor, out_minor)
    WITH changed AS (
        %s
    ), part AS (
        SELECT sign, user_id, date, account_id, category_id, currency, transfer_id, status, amount, sign AS rows
        FROM changed WHERE split_amounts IS NULL
        UNION ALL
        SELECT sign, user_id, date, account_id, s.category_id, currency, transfer_id, status, s.amount, CASE WHEN s.n = 1 THEN sign ELSE 0 END
        FROM changed, unnest(split_amounts, split_categories) WITH ORDINALITY AS s (amount, category_id, n)
        WHERE split_amounts IS NOT NULL
    ), delta AS (
        SELECT user_id, month_of(date) AS month, account_id,
               coalesce(category_id, '00000000-0000-0000-0000-000000000000') AS category_id, currency,
               transfer_id IS NOT NULL AS is_transfer, status = 'pending' AS is_pending,
               sum(sign) AS entries, sum(rows) AS rows,
               coalesce(sum(sign * amount) FILTER (WHERE amount > 0), 0) AS in_minor,
               coalesce(-sum(sign * amount) FILTER (WHERE amount < 0), 0) AS out_minor
        FROM part
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    )
    SELECT * FROM delta
    WHERE entries <> 0 OR rows <> 0 OR in_minor <> 0 OR out_minor <> 0
    ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (user_id, month, account_id, category_id, currency, is_transfer, is_pending) DO UPDATE
    SET entries = r.entries + excluded.entries, rows = r.rows + excluded.rows,
        in_minor = r.in_minor + excluded.in_minor, out_minor = r.out_minor + excluded.out_minor;
    RETURN NULL;
END $body$ $function$, kind, source);
    END LOOP;
END $make$;

CREATE TRIGGER rollup_insert AFTER INSERT ON transaction REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION rollup_insert();
CREATE TRIGGER rollup_update AFTER UPDATE ON transaction REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION rollup_update();
CREATE TRIGGER rollup_delete AFTER DELETE ON transaction REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION rollup_delete();

-- What was there before this table was.
INSERT INTO rollup SELECT * FROM rollup_recount;

-- What an account holds on a day's evening: booked rows only; NULL: all there are. Whole months out of the sums, the rest
-- out of one month's rows, so that the cost does not grow with history.
CREATE OR REPLACE FUNCTION account_balance(account account, at date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT account.opening_balance
         + coalesce((SELECT sum(r.in_minor - r.out_minor) FROM rollup r
                     WHERE r.account_id = account.id AND NOT r.is_pending AND (at IS NULL OR r.month < month_of(at))), 0)
         + coalesce((SELECT sum(t.amount) FROM transaction t
                     WHERE t.account_id = account.id AND t.deleted_at IS NULL AND t.status = 'booked'
                       AND t.date BETWEEN month_of(at) AND at), 0)
$$;

-- The sums a report is made of: of the days from `first` to `last`, whole months out of the rollup, the days of months that
-- are cut out of the rows. Rows of a category of kind transfer count as transfers too. PL/pgSQL and without JIT, since both
-- halves are planned apart then and the rows are not even looked for where only whole months are asked for: as one
-- statement this was compiled for 0.3 s to run for 1 ms (bench/statistics).
CREATE FUNCTION counted(of_user uuid, first date, last date, of_account uuid, with_transfers boolean, with_pending boolean)
RETURNS TABLE (month date, account_id uuid, category_id uuid, currency text, exponent integer, entries bigint, rows bigint,
               income numeric, expense numeric) LANGUAGE plpgsql STABLE ROWS 200 SET jit = off AS $$
#variable_conflict use_column
DECLARE
    whole date := CASE WHEN first = month_of(first) THEN first ELSE (month_of(first) + interval '1 month')::date END;
    behind date := month_of(last + 1); -- the whole months are those from `whole` up to it
BEGIN
    IF whole < behind THEN
        RETURN QUERY
        SELECT r.month, r.account_id, c.id, r.currency, a.exponent::integer, r.entries, r.rows, r.in_minor, r.out_minor
        FROM rollup r
        JOIN account a ON a.id = r.account_id
        LEFT JOIN category c ON c.id = r.category_id
        WHERE r.user_id = of_user AND r.month >= whole AND r.month < behind AND r.entries <> 0
          AND (of_account IS NULL OR r.account_id = of_account) AND (with_pending OR NOT r.is_pending)
          AND (with_transfers OR NOT (r.is_transfer OR coalesce(c.kind = 'transfer', false)));
    END IF;
    IF first < whole OR behind <= last THEN
        RETURN QUERY
        SELECT month_of(t.date), t.account_id, c.id, t.currency, a.exponent::integer, 1::bigint, (s.n = 1)::integer::bigint,
               greatest(s.amount, 0), greatest(-s.amount, 0)
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
          AND (with_transfers OR NOT (t.transfer_id IS NOT NULL OR coalesce(c.kind = 'transfer', false)));
    END IF;
END $$;

-- Each category of a person with each that it lies below, itself included.
CREATE FUNCTION category_above(of_user uuid) RETURNS TABLE (category_id uuid, ancestor_id uuid) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above AS (
        SELECT id, id AS ancestor_id FROM category WHERE user_id = of_user
        UNION -- not ALL: ends also if there were a circle
        SELECT above.id, c.parent_id FROM above JOIN category c ON c.id = above.ancestor_id WHERE c.parent_id IS NOT NULL
    )
    SELECT * FROM above
$$;

-- What day it is for a person.
CREATE FUNCTION local_day(of_user uuid, at timestamptz) RETURNS date LANGUAGE sql STABLE AS
    'SELECT (at AT TIME ZONE timezone)::date FROM app_user WHERE id = of_user';

-- {"income", "expense", "net"} of sums in minor units, each ≥ 0 but the last.
CREATE FUNCTION flow_json(income numeric, expense numeric, exponent integer) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('income', money_text(income, exponent), 'expense', money_text(expense, exponent),
                              'net', money_text(income - expense, exponent))
$$;
