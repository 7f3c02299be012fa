-- $1 name
SELECT slot FROM schedule_mark WHERE name = $1::text
