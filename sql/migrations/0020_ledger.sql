-- The books: accounts, categories, tags, transactions. Money is bigint in minor units of the row's currency.

-- Decimal digits of a currency, as finance/money.c has them; an account carries its own, so that reads need no table.
CREATE TABLE account (
    id              uuid PRIMARY KEY,
    user_id         uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    name            text NOT NULL,
    type            text NOT NULL,
    currency        text NOT NULL,
    exponent        smallint NOT NULL CHECK (exponent BETWEEN 0 AND 4),
    opening_balance bigint NOT NULL DEFAULT 0,
    mapping         jsonb,                -- the last CSV mapping that worked here
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    deleted_at      timestamptz
);
-- Serves GET /v1/accounts, and keeps names apart.
CREATE UNIQUE INDEX account_name ON account (user_id, lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE category (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    parent_id  uuid REFERENCES category (id),
    name       text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('income', 'expense', 'transfer')),
    color      text,
    slug       text,                      -- of a default category: what the installation-wide prior calls it
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
-- Serves GET /v1/categories, and keeps siblings' names apart.
CREATE UNIQUE INDEX category_name ON category (user_id, coalesce(parent_id, '00000000-0000-0000-0000-000000000000'), lower(name));

CREATE TABLE tag (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    name       text NOT NULL,
    color      text,
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX tag_name ON tag (user_id, lower(name));

CREATE FUNCTION split_sum(amounts bigint[]) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT sum(amount) FROM unnest(amounts) AS amount';

-- No foreign keys from here: each write joins account and category with the owner anyway, and a check a row would cost
-- as much as the row. Splits are columns of their parent, so that a row and its parts can't disagree.
CREATE TABLE transaction (
    id             uuid PRIMARY KEY,
    user_id        uuid NOT NULL,
    account_id     uuid NOT NULL,
    amount         bigint NOT NULL,
    currency       text NOT NULL,
    date           date NOT NULL,
    value_date     date,
    description    text NOT NULL,
    payee          text,
    memo           text,
    status         text NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'pending')),
    category_id    uuid,
    category_source text NOT NULL DEFAULT 'none'
                   CHECK (category_source IN ('user', 'rule', 'memory', 'model', 'prior', 'none')),
    category_confidence real,
    category_reasons jsonb,
    tags           text[] NOT NULL DEFAULT '{}',
    split_amounts    bigint[],
    split_categories uuid[],
    split_memos      text[],
    transfer_id    uuid,
    origin         text NOT NULL CHECK (origin IN ('api', 'upload', 'recurring', 'transfer')),
    external_id    text,                  -- the bank's or the client's own id: evidence, not identity
    fingerprint    bytea,                 -- identity of a bank row, with occurrence: finance/fingerprint.h
    occurrence     integer,
    upload_id      uuid,
    recurring_id   uuid,
    recurring_date date,                  -- the nominal date it stands for
    version        integer NOT NULL DEFAULT 1,
    edited         boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    deleted_at     timestamptz,           -- a tombstone: the row counts nowhere, but a re-upload knows it
    CHECK (split_amounts IS NULL OR split_sum(split_amounts) = amount)
);
-- Serves GET /v1/transactions without an account: newest first, by keyset.
CREATE INDEX transaction_user_date ON transaction (user_id, date DESC, id DESC) WHERE deleted_at IS NULL;
-- Serves GET /v1/transactions?account=, and balances at a date.
CREATE INDEX transaction_account_date ON transaction (account_id, date DESC, id DESC) WHERE deleted_at IS NULL;
-- Makes a re-upload harmless. Tombstones count.
CREATE UNIQUE INDEX transaction_fingerprint ON transaction (account_id, fingerprint, occurrence) WHERE fingerprint IS NOT NULL;
-- Serves the reading of a pair.
CREATE INDEX transaction_transfer ON transaction (transfer_id) WHERE transfer_id IS NOT NULL;

-- A transfer is two rows of one owner in two accounts, out and in; in one currency they cancel out. Looked at when the
-- transaction commits, since a pair can't be written in one row.
CREATE FUNCTION transfer_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM transaction
        WHERE transfer_id = NEW.transfer_id AND deleted_at IS NULL
        HAVING count(*) NOT IN (0, 2)
            OR (count(*) = 2 AND (count(DISTINCT account_id) <> 2 OR count(DISTINCT user_id) <> 1
                OR min(sign(amount)) = max(sign(amount))
                OR (count(DISTINCT currency) = 1 AND sum(amount) <> 0))))
    THEN
        RAISE EXCEPTION 'transfer % is not a pair that cancels out', NEW.transfer_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transfer_pair AFTER INSERT OR UPDATE ON transaction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.transfer_id IS NOT NULL) EXECUTE FUNCTION transfer_check();

-- Args too large for an envelope (ledger/payloads.h). Written with the job's row.
CREATE TABLE job_payload (
    job_id uuid PRIMARY KEY,
    body   text NOT NULL
);

-- "-24.47" for (-2447, 2).
CREATE FUNCTION money_text(minor numeric, exponent integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT round(minor / (10::numeric ^ exponent), exponent)::text';

-- RFC 3339, UTC, to the millisecond.
CREATE FUNCTION time_text(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')$$;

-- A transaction as the API shows it.
CREATE FUNCTION transaction_json(t transaction, exponent integer) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT json_build_object(
        'id', t.id, 'account_id', t.account_id, 'amount', money_text(t.amount, exponent), 'currency', t.currency,
        'date', t.date, 'value_date', t.value_date, 'description', t.description, 'payee', t.payee, 'memo', t.memo,
        'status', t.status, 'category_id', t.category_id,
        'category', json_build_object('id', t.category_id, 'source', t.category_source,
                                      'confidence', round(t.category_confidence::numeric, 4)),
        'tags', t.tags,
        'splits', (SELECT json_agg(json_build_object('amount', money_text(s.amount, exponent), 'category_id', s.category, 'memo', s.memo))
                   FROM unnest(t.split_amounts, t.split_categories, t.split_memos) AS s (amount, category, memo)),
        'transfer_id', t.transfer_id, 'origin', t.origin, 'external_id', t.external_id, 'upload_id', t.upload_id,
        'recurring_id', t.recurring_id, 'version', t.version,
        'created_at', time_text(t.created_at), 'updated_at', time_text(t.updated_at),
        'deleted_at', time_text(t.deleted_at))
$$;

-- What an account holds on a day's evening: booked rows only. NULL: all there are.
CREATE FUNCTION account_balance(account account, at date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT account.opening_balance + coalesce(sum(t.amount), 0)
    FROM transaction t
    WHERE t.account_id = account.id AND t.deleted_at IS NULL AND t.status = 'booked' AND (at IS NULL OR t.date <= at)
$$;

CREATE FUNCTION account_json(a account) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', a.id, 'name', a.name, 'type', a.type, 'currency', a.currency,
        'opening_balance', money_text(a.opening_balance, a.exponent),
        'balance', money_text(account_balance(a, NULL), a.exponent), 'version', a.version,
        'created_at', time_text(a.created_at), 'updated_at', time_text(a.updated_at))
$$;

CREATE FUNCTION category_json(c category) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', c.id, 'parent_id', c.parent_id, 'name', c.name, 'kind', c.kind, 'color', c.color, 'version', c.version,
        'created_at', time_text(c.created_at), 'updated_at', time_text(c.updated_at))
$$;

CREATE FUNCTION tag_json(t tag) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', t.id, 'name', t.name, 'color', t.color, 'version', t.version,
        'created_at', time_text(t.created_at), 'updated_at', time_text(t.updated_at))
$$;
