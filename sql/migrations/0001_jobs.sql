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
    attempt      integer NOT NULL DEFAULT 0, -- runs so far
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

-- A day's partition. Rows that fell into the default partition meanwhile move over. Gives whether it made one.
CREATE FUNCTION job_make_partition(day text, lowest uuid, behind uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    name text := 'job_' || day;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('job_make_partition'));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Else a row could come into the default partition between the move and the attachment, which would then fail.
    LOCK TABLE job_default IN SHARE ROW EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE job INCLUDING ALL)', name);
    EXECUTE format('WITH moved AS (DELETE FROM job_default WHERE id >= %L AND id < %L RETURNING *) '
                   'INSERT INTO %I SELECT * FROM moved', lowest, behind, name);
    EXECUTE format('ALTER TABLE job ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, lowest, behind);
    RETURN true;
END $$;

-- Drops finished days. The bound of a partition stands in its name; unfinished rows keep their partition.
CREATE FUNCTION job_prune(keep_from uuid) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    part record;
    busy boolean;
    dropped bigint := 0;
BEGIN
    FOR part IN
        SELECT c.relname, substring(pg_get_expr(c.relpartbound, c.oid) FROM $re$TO \('([^']+)'\)$re$)::uuid AS behind
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'job'::regclass AND c.relname <> 'job_default'
    LOOP
        CONTINUE WHEN part.behind > keep_from;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE state = ''accepted'')', part.relname) INTO busy;
        IF NOT busy THEN
            EXECUTE format('DROP TABLE %I', part.relname);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    DELETE FROM job_default WHERE state <> 'accepted' AND finished_at IS NOT NULL AND id < keep_from;
    RETURN dropped;
END $$;
