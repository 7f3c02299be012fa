-- Makes the partition of one day unless it is there. $1 its name's date YYYYMMDD, $2 lowest id, $3 first id behind it
SELECT job_make_partition($1::text, $2::uuid, $3::uuid)
