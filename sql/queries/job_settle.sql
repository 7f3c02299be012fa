-- What differs from "done without a result", in the transaction that claimed the rows. A row that is to run again gets
-- its envelope back, so that the relay can put it again.
-- $1 ids, $2 states, $3 results, $4 reasons, $5 envelopes, $6 now
UPDATE job
SET state = new.state,
    result = new.result::jsonb,
    error = new.error,
    envelope = new.envelope,
    finished_at = CASE WHEN new.state = 'accepted' THEN NULL ELSE $6::timestamptz END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[]) AS new (id, state, result, error, envelope)
WHERE job.id = new.id
