-- A job's row is the outbox and the proof of its effects in one: inserted when work is accepted, finished in the
-- transaction of its effects. Partitioned by day over the id, which a version 7 UUID carries in front; the scheduler
-- makes partitions ahead, and ids of another kind fall into the default one.
CREATE TABLE job (
    id           uuid PRIMARY KEY,
    user_id      uuid,
    task         text NOT NULL,
    queue        text NOT NULL,
    envelope     bytea,                -- what the relay puts again; null once finished
    state        text NOT NULL DEFAULT 'accepted'
                 CHECK (state IN ('accepted', 'done', 'dead', 'cancelled', 'expired')),
    attempt      integer NOT NULL DEFAULT 0,
    enqueued_at  timestamptz NOT NULL,
    started_at   timestamptz,
    finished_at  timestamptz,
    progress_done  bigint,
    progress_total bigint,
    result       jsonb,
    error        text
) PARTITION BY RANGE (id);

CREATE TABLE job_default PARTITION OF job DEFAULT;

-- Serves the relay (sql/queries/job_unfinished.sql) and the audit.
CREATE INDEX job_unfinished ON job (id) WHERE state = 'accepted';
-- Serves GET /v1/jobs.
CREATE INDEX job_user ON job (user_id, id DESC) WHERE user_id IS NOT NULL;
