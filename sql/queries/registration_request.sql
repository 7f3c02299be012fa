-- Asks for a code, and accepts the job that mails it. Known and unknown addresses do the same work; the limits too count
-- alike. A register code goes to an unknown address, a known one is told so; a reset code goes to a known one only: for
-- the others the job is born finished.
-- $1 address, $2 purpose, $3 now, $4 hash of the code, $5 good until, $6 no mail since (the gap), $7 an hour ago,
-- $8 mails an hour, $9 job, $10 task, $11 queue, $12 envelope for an unknown address, $13 for a known one
WITH known AS (
    SELECT EXISTS (SELECT FROM app_user WHERE email = $1::text AND deleted_at IS NULL) AS is_known
), wanted AS (
    INSERT INTO registration AS r (email, purpose, code_hash, code_expires_at, sent)
    SELECT $1::text, $2::text, CASE WHEN is_known = ($2::text = 'reset') THEN $4::bytea END, $5::timestamptz,
           ARRAY[$3::timestamptz]
    FROM known
    ON CONFLICT (email, purpose) DO UPDATE
    SET code_hash = excluded.code_hash, code_expires_at = excluded.code_expires_at, wrong_tries = 0,
        blocked_until = NULL, sent = (excluded.sent || r.sent)[1:$8::bigint::integer]
    WHERE r.sent[1] <= $6::timestamptz
      AND (r.blocked_until IS NULL OR r.blocked_until <= $3::timestamptz)
      AND (cardinality(r.sent) < $8::bigint OR r.sent[$8::bigint::integer] <= $7::timestamptz)
    RETURNING true
), accepted AS (
    INSERT INTO job (id, task, queue, envelope, state, enqueued_at, finished_at)
    SELECT $9::uuid, $10::text, $11::text, chosen.envelope,
           CASE WHEN chosen.envelope IS NULL THEN 'done' ELSE 'accepted' END, $3::timestamptz,
           CASE WHEN chosen.envelope IS NULL THEN $3::timestamptz END
    FROM wanted, known, LATERAL (SELECT CASE WHEN is_known THEN $13::bytea ELSE $12::bytea END AS envelope) AS chosen
    ON CONFLICT (id) DO NOTHING
    RETURNING envelope
)
SELECT EXISTS (SELECT FROM wanted) AS is_taken, (SELECT envelope FROM accepted) AS envelope,
       (SELECT ceil(extract(epoch FROM greatest(sent[1] - $6::timestamptz, blocked_until - $3::timestamptz,
                                                sent[$8::bigint::integer] - $7::timestamptz)))::bigint
        FROM registration WHERE email = $1::text AND purpose = $2::text) AS wait_s
