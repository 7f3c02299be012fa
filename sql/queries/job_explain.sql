-- What there is to say of a job that Redis does not have. $1 id
SELECT json_build_object('state', CASE state WHEN 'accepted' THEN 'queued' ELSE state END, 'task', task, 'queue', queue, 'attempt', attempt,
                         'enqueued_at', time_text(enqueued_at), 'finished_at', time_text(finished_at), 'reason', error,
                         'why', CASE state WHEN 'accepted' THEN 'it is accepted and will be put into Redis by the scheduler'
                                           ELSE 'it has ended: ' || state END)::text AS body
FROM job WHERE id = $1::uuid
