-- Mails: sending one can't be part of a transaction, so its state is committed before and after. A crash in between
-- leaves 'sending'; the next attempt finds it, calls it 'unknown' and sends the same bytes under the same Message-ID.
CREATE TABLE mail (
    message_id     text PRIMARY KEY,   -- from the job's id
    job_id         uuid NOT NULL,
    kind           text NOT NULL,
    recipient_hash bytea NOT NULL,     -- keyed hash of the address
    state          text NOT NULL CHECK (state IN ('sending', 'sent', 'unknown', 'deferred', 'failed')),
    attempts       integer NOT NULL,
    error          text,               -- of the last attempt
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
-- Serves the question "what was sent to this address lately?" and pruning by age.
CREATE INDEX mail_recipient ON mail (recipient_hash, created_at);
CREATE INDEX mail_age ON mail (created_at);
