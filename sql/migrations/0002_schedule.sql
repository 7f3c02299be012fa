-- How far each periodic task of the scheduler has come, so that a new leader goes on where the last one stopped.
CREATE TABLE schedule_mark (
    name text PRIMARY KEY,
    slot timestamptz NOT NULL -- the last one that was run
);
