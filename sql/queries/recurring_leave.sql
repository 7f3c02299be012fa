-- Rules that were handed over and could not be worked on (paused, deleted, their account or owner gone) are not looked at
-- again until they are changed. $1 handed over, $2 worked on
UPDATE recurring_rule SET check_at = NULL WHERE id = ANY ($1::uuid[]) AND id <> ALL ($2::uuid[])
