-- $1 id, $2 done, $3 total
UPDATE job SET progress_done = $2::bigint, progress_total = $3::bigint WHERE id = $1::uuid
