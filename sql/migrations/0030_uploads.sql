-- Bank files that people upload, what became of each row, and the mappings they saved.

CREATE TABLE upload (
    id              uuid PRIMARY KEY,
    user_id         uuid NOT NULL,
    account_id      uuid NOT NULL,
    job_id          uuid,
    state           text NOT NULL CHECK (state IN ('receiving', 'queued', 'running', 'done', 'failed', 'undone')),
    format          text NOT NULL,           -- as asked for; as found once it was read
    mapping         jsonb,                   -- as given; as used once it was read
    mapping_given   boolean NOT NULL DEFAULT false,
    certainty       integer,                 -- percent, of what was guessed
    encoding        text,
    reimport_deleted boolean NOT NULL DEFAULT false,
    bytes           bigint NOT NULL DEFAULT 0,
    rows_done       bigint NOT NULL DEFAULT 0, -- rows whose fate is stored: where a crashed import goes on
    inserted        bigint NOT NULL DEFAULT 0,
    duplicate       bigint NOT NULL DEFAULT 0,
    matched         bigint NOT NULL DEFAULT 0,
    skipped_deleted bigint NOT NULL DEFAULT 0,
    pending         bigint NOT NULL DEFAULT 0,
    rejected        bigint NOT NULL DEFAULT 0,
    reconciliation  text CHECK (reconciliation IN ('proved', 'mismatch', 'not_stated')),
    difference      text,                    -- of a mismatch, in the account's currency
    kept_edited     bigint,                  -- undo: rows that were edited since and stayed
    error           text,
    created_at      timestamptz NOT NULL,
    finished_at     timestamptz
);
-- Serves GET /v1/uploads.
CREATE INDEX upload_user ON upload (user_id, id DESC);

-- The file, as it came in, until its rows are stored. Not compressed again: bank files are read once.
CREATE TABLE upload_chunk (
    upload_id uuid NOT NULL,
    n         integer NOT NULL,
    data      bytea NOT NULL,
    PRIMARY KEY (upload_id, n)
);
ALTER TABLE upload_chunk ALTER COLUMN data SET STORAGE EXTERNAL;

-- Rows of a file that did not become new transactions, or did so with a remark; the others say so by their upload_id.
CREATE TABLE upload_row (
    upload_id      uuid NOT NULL,
    ordinal        bigint NOT NULL,          -- of all rows of the file, from 0
    line           bigint NOT NULL,
    byte_offset    bigint NOT NULL,
    fate           text NOT NULL CHECK (fate IN ('inserted', 'duplicate', 'matched', 'skipped_deleted', 'pending', 'rejected')),
    reason         text,
    transaction_id uuid,
    date           date,                     -- where there is no transaction to show
    amount         bigint,
    description    text,
    PRIMARY KEY (upload_id, ordinal)
);

CREATE TABLE mapping_preset (
    user_id    uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    name       text NOT NULL,
    mapping    jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, name)
);

ALTER TABLE transaction ADD COLUMN upload_ordinal bigint, ADD COLUMN upload_line bigint, ADD COLUMN upload_offset bigint;
-- Serves undo, GET /v1/uploads/ID/rows and ?upload=.
CREATE INDEX transaction_upload ON transaction (upload_id, upload_ordinal) WHERE upload_id IS NOT NULL;
-- Serves upload_store.sql: rows entered by hand or by a rule that a bank row may meet. Bank rows are not in it.
CREATE INDEX transaction_by_hand ON transaction (account_id, amount, date) WHERE fingerprint IS NULL AND deleted_at IS NULL;
-- Serves upload_store.sql: a bank's id that comes again with another amount.
CREATE INDEX transaction_external ON transaction (account_id, external_id) WHERE external_id IS NOT NULL;

CREATE FUNCTION upload_json(u upload) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', u.id, 'state', u.state, 'format', u.format, 'account_id', u.account_id, 'job_id', u.job_id,
        'rows', u.inserted + u.duplicate + u.matched + u.skipped_deleted + u.pending + u.rejected,
        'fates', json_build_object('inserted', u.inserted, 'duplicate', u.duplicate, 'matched', u.matched,
                                   'skipped_deleted', u.skipped_deleted, 'pending', u.pending, 'rejected', u.rejected),
        'progress', json_build_object('done', u.rows_done, 'total', NULL),
        'reconciliation', coalesce(u.reconciliation, 'not_stated'), 'difference', u.difference, 'mapping', u.mapping,
        'certainty', u.certainty, 'encoding', u.encoding, 'bytes', u.bytes, 'kept_edited', u.kept_edited,
        'error', u.error, 'created_at', time_text(u.created_at), 'finished_at', time_text(u.finished_at))
$$;
