-- All rows of these people are sorted by the model of this key, as long as the log is what it was made of, and what it says of
-- itself. $1 users, $2 revisions, $3 keys, $4 thresholds and $5 accuracies in millionths, $6 outcomes, $7 applied, $8 right,
-- $9 now
UPDATE classifier c
SET scored_key = d.scored_key, scored_at = $9::timestamptz, threshold = d.threshold / 1000000.0, accuracy = d.accuracy / 1000000.0,
    outcomes = d.outcomes, applied = d.applied, right_ones = d.right_ones
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
    AS d (user_id, revision, scored_key, threshold, accuracy, outcomes, applied, right_ones)
WHERE c.user_id = d.user_id AND c.revision = d.revision
