-- Reads and drops a job's payload: it is gone when the effects commit, and back when they do not. $1 job
DELETE FROM job_payload WHERE job_id = $1::uuid RETURNING body
