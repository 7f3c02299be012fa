-- Keeps a trained prior when it says something else than the newest one; older ones go, but for the one before, which a worker
-- may be reading. An empty one is kept only where it takes another's place. $1 version, $2 bytes, $3 people, $4 labels,
-- $5 entries, $6 now
WITH newest AS (
    SELECT version, bytes FROM classifier_prior ORDER BY version DESC LIMIT 1
), stored AS (
    INSERT INTO classifier_prior (version, bytes, people, labels, entries, built_at)
    SELECT $1::bigint, $2::bytea, $3::bigint, $4::bigint, $5::bigint, $6::timestamptz
    WHERE NOT EXISTS (SELECT FROM newest WHERE bytes = $2::bytea OR version >= $1::bigint)
      AND ($5::bigint > 0 OR EXISTS (SELECT FROM newest))
    RETURNING version
), gone AS (
    DELETE FROM classifier_prior WHERE version < (SELECT version FROM newest) AND EXISTS (SELECT FROM stored)
)
SELECT count(*) > 0 AS is_new FROM stored
