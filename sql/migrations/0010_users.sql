-- Who may come in: people, the codes that were mailed to them, their sessions, and the answers kept for repeated requests.

CREATE TABLE app_user (
    id            uuid PRIMARY KEY,
    email         text NOT NULL,       -- normalised: NFC, lower case (api/email.c)
    username      text NOT NULL,
    password_hash text NOT NULL,       -- argon2id, libsodium's text form
    role          text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    timezone      text NOT NULL DEFAULT 'UTC',
    currency      text NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
    settings      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    version       bigint NOT NULL DEFAULT 1, -- the ETag
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    deleted_at    timestamptz
);
-- A deleted person's address and name are free again.
CREATE UNIQUE INDEX app_user_email ON app_user (email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX app_user_username ON app_user (lower(username)) WHERE deleted_at IS NULL;

-- One row an address and purpose: the code that is valid now, and what was sent and tried lately. An address that must
-- get no code has a row all the same, without a hash, so that both cases do the same work.
CREATE TABLE registration (
    email             text NOT NULL,
    purpose           text NOT NULL CHECK (purpose IN ('register', 'reset')),
    code_hash         bytea,           -- keyed hash; null: no code is valid
    code_expires_at   timestamptz NOT NULL,
    wrong_tries       integer NOT NULL DEFAULT 0,
    sent              timestamptz[] NOT NULL, -- the last mails, newest first, as many as an hour may have
    blocked_until     timestamptz,     -- no mail and no try before; set by too many wrong tries
    token_hash        bytea,           -- keyed hash of the registration token that a right code was changed for
    token_expires_at  timestamptz,
    PRIMARY KEY (email, purpose)
);
-- Serves user_create.sql.
CREATE UNIQUE INDEX registration_token ON registration (token_hash) WHERE token_hash IS NOT NULL;

-- A session is a family of refresh tokens, each good for one use, and the access tokens minted from them (claim "sid").
CREATE TABLE session (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL, -- the last refresh
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_why  text CHECK (revoked_why IN ('logout', 'reuse', 'password', 'deleted')),
    user_agent   text NOT NULL DEFAULT ''
);
-- Serves session_list.sql and the revocation of all of a user's sessions.
CREATE INDEX session_owner ON session (user_id, id DESC) WHERE revoked_at IS NULL;
-- Serves pruning.
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE session_refresh (
    token_hash bytea PRIMARY KEY,      -- keyed hash
    session_id uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    used_at    timestamptz             -- a second use revokes the session
);
-- Serves the cascade.
CREATE INDEX session_refresh_session ON session_refresh (session_id);

-- Idempotency-Key: reserved before the work with the id of what the work will create, so that a repetition after a
-- crash creates the same thing and not a second one; completed with the sealed reply.
CREATE TABLE idempotency (
    user_id      uuid NOT NULL,        -- the nil UUID for requests without a session
    key          text NOT NULL,
    request_hash bytea NOT NULL,       -- SHA-256 of method, target and body
    effect_id    uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    leased_until timestamptz NOT NULL, -- after this an unanswered request counts as crashed
    status       integer,              -- null: at work
    reply        bytea,                -- headers and body, sealed: some hold tokens
    PRIMARY KEY (user_id, key)
);
-- Serves pruning.
CREATE INDEX idempotency_age ON idempotency (created_at);

-- A user as the API shows him to himself.
CREATE FUNCTION user_json(u app_user) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', u.id, 'email', u.email, 'username', u.username, 'role', u.role, 'timezone', u.timezone,
        'currency', u.currency, 'settings', u.settings,
        'created_at', to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'updated_at', to_char(u.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
$$;
