-- Budgets: what may be spent on a category and all below it in a period, out of the kept sums; and what was told about them.

CREATE TABLE budget (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    category_id uuid NOT NULL,
    amount      bigint NOT NULL CHECK (amount >= 0),
    currency    text COLLATE "C" NOT NULL,
    exponent    smallint NOT NULL,
    period      text NOT NULL CHECK (period IN ('week', 'month', 'quarter', 'year')),
    rollover    text NOT NULL CHECK (rollover IN ('none', 'surplus', 'surplus_and_deficit', 'cap')),
    cap         bigint NOT NULL DEFAULT 0,
    start_date  date NOT NULL,            -- what goes over is counted from the period that holds it
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    deleted_at  timestamptz
);
-- One budget of a kind; serves GET /v1/budgets and the triggers below too.
CREATE UNIQUE INDEX budget_category ON budget (user_id, category_id, currency, period) WHERE deleted_at IS NULL;

-- An alert is one by budget, period and threshold; what it says is kept, so that its mail is the same whenever it is sent.
CREATE TABLE budget_alert (
    budget_id  uuid NOT NULL REFERENCES budget (id) ON DELETE CASCADE,
    period     date NOT NULL,             -- its first day
    threshold  text NOT NULL CHECK (threshold IN ('80', '100', 'forecast')),
    user_id    uuid NOT NULL,
    available  bigint NOT NULL,
    spent      bigint NOT NULL,
    forecast   bigint NOT NULL,
    mail_job   uuid NOT NULL,             -- the job that tells it
    created_at timestamptz NOT NULL,
    PRIMARY KEY (budget_id, period, threshold)
);
-- Serves budget_alert_mail.sql.
CREATE INDEX budget_alert_mail ON budget_alert (mail_job);

-- People whose sums changed and who have budgets: to be looked at.
CREATE TABLE budget_due (
    user_id uuid PRIMARY KEY,
    times   bigint NOT NULL DEFAULT 1
);

-- How a person wants to be told. Minutes of the local day.
CREATE TABLE notification (
    user_id        uuid PRIMARY KEY REFERENCES app_user (id) ON DELETE CASCADE,
    budget_mail    boolean NOT NULL DEFAULT true,
    statement_mail boolean NOT NULL DEFAULT true,
    digest         text NOT NULL DEFAULT 'none' CHECK (digest IN ('none', 'daily')),
    digest_minute  smallint NOT NULL DEFAULT 480 CHECK (digest_minute BETWEEN 0 AND 1439),
    quiet_from     smallint CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_to       smallint CHECK (quiet_to BETWEEN 0 AND 1439),
    webhook_url    text,
    webhook_secret text,                  -- sealed: base/seal.h
    version        integer NOT NULL DEFAULT 1,
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);

-- The update locks the row: whoever takes it meanwhile waits for what is being added, or leaves it for the next round.
CREATE FUNCTION budget_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO budget_due AS d (user_id)
    SELECT DISTINCT n.user_id FROM new_rows n WHERE EXISTS (SELECT FROM budget b WHERE b.user_id = n.user_id AND b.deleted_at IS NULL)
    ORDER BY 1
    ON CONFLICT (user_id) DO UPDATE SET times = d.times + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER budget_inserted AFTER INSERT ON rollup REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION budget_touched();
CREATE TRIGGER budget_updated AFTER UPDATE ON rollup REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION budget_touched();

-- What was spent in each period from the one it starts in to the current one (rollover: none but the current is needed).
-- Refunds count against it. Weeks are no months: they are added out of the rows.
CREATE FUNCTION budget_series(b budget, today date) RETURNS TABLE (first date, spent bigint) LANGUAGE plpgsql STABLE AS $$
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
    SELECT g.at::date, coalesce((SELECT sum(m.spent) FROM moved m WHERE m.first = g.at::date), 0)::bigint
    FROM generate_series(begins::timestamp, current::timestamp, step) AS g (at) ORDER BY 1;
END $$;

CREATE FUNCTION budget_json(b budget) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', b.id, 'category_id', b.category_id, 'amount', money_text(b.amount, b.exponent), 'currency', b.currency, 'period', b.period,
        'rollover', b.rollover, 'cap', CASE WHEN b.rollover = 'cap' THEN money_text(b.cap, b.exponent) END, 'start', b.start_date,
        'version', b.version, 'created_at', time_text(b.created_at), 'updated_at', time_text(b.updated_at))
$$;

CREATE FUNCTION minute_text(minute smallint) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$SELECT to_char(minute / 60, 'FM00') || ':' || to_char(minute % 60, 'FM00')$$;
