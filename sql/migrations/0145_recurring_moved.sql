-- Who moves to another zone has his dates begin at another instant: a worker looks at once, and sets what is right. What was postponed is
-- due no earlier than 14 hours before its date begins in UTC, whatever the zone; from there on the worker goes by the zone itself.
CREATE OR REPLACE FUNCTION recurring_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE recurring_occurrence o SET due_at = least(o.due_at, (o.posting_date::timestamp AT TIME ZONE 'UTC') - interval '14 hours')
    FROM recurring_rule r
    WHERE r.user_id = NEW.id AND o.rule_id = r.id AND o.state = 'postponed' AND o.due_at > NEW.updated_at;
    UPDATE recurring_rule
    SET check_at = least(check_at, NEW.updated_at, (next_posting::timestamp AT TIME ZONE 'UTC') - interval '14 hours')
    WHERE user_id = NEW.id AND check_at IS NOT NULL;
    RETURN NULL;
END $$;
