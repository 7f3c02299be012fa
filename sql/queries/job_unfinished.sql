-- A page of the outbox in id order, for the relay. $1 after this id, $2 enqueued before, $3 limit
SELECT id, envelope FROM job
WHERE state = 'accepted' AND id > $1::uuid AND enqueued_at < $2::timestamptz AND envelope IS NOT NULL
ORDER BY id LIMIT $3::bigint
