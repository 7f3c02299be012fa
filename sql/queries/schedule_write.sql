-- Never back, since a former leader that wakes late must not make slots run again; but a mark that nobody's clock has reached was
-- made by a wrong one. $1 name, $2 slot, $3 the latest mark that can be right
INSERT INTO schedule_mark AS m (name, slot) VALUES ($1::text, $2::timestamptz)
ON CONFLICT (name) DO UPDATE
SET slot = CASE WHEN m.slot > $3::timestamptz THEN excluded.slot ELSE greatest(m.slot, excluded.slot) END
