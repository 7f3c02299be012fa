-- Jobs whose common end another job waits for. The count goes down in the transaction of each member's effects, and the
-- one that brings it to 0 accepts the follow-up in the same transaction: once, whatever crashes.
CREATE TABLE job_batch (
    id        uuid PRIMARY KEY,        -- of the follow-up job
    user_id   uuid,
    task      text NOT NULL,
    queue     text NOT NULL,
    envelope  bytea NOT NULL,
    total     bigint NOT NULL,
    pending   bigint NOT NULL CHECK (pending >= 0),
    opened_at timestamptz NOT NULL
);

CREATE TABLE job_member (
    job_id   uuid PRIMARY KEY,
    batch_id uuid NOT NULL REFERENCES job_batch ON DELETE CASCADE
);
-- Serves the deletion of batches.
CREATE INDEX job_member_batch ON job_member (batch_id);
