-- Never back: a former leader that wakes late must not make slots run again. $1 name, $2 slot
INSERT INTO schedule_mark (name, slot) VALUES ($1::text, $2::timestamptz)
ON CONFLICT (name) DO UPDATE SET slot = greatest(schedule_mark.slot, excluded.slot)
