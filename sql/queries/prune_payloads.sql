-- Payloads whose job has ended without them. $1 jobs made before
DELETE FROM job_payload WHERE NOT EXISTS (SELECT FROM job WHERE job.id = job_payload.job_id AND job.state = 'accepted')
    AND NOT EXISTS (SELECT FROM job WHERE job.id = job_payload.job_id AND job.enqueued_at >= $1::timestamptz)
