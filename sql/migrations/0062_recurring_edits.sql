-- Recurring rules as people make and change them.

-- The first date that is the rule's own, where that is not its start: "this and following" keeps the start that dates are
-- counted from (the 31st stays the 31st) and takes over only from here on.
ALTER TABLE recurring_rule ADD COLUMN first_date date;

-- A rule with what a checked body says of it; what the body does not name stays. Times are in ms since 1970.
CREATE FUNCTION recurring_with(r recurring_rule, body jsonb) RETURNS recurring_rule LANGUAGE plpgsql STABLE AS $$
BEGIN
    r.account_id := coalesce((body ->> 'account_id')::uuid, r.account_id);
    r.amount := coalesce((body ->> 'minor')::bigint, r.amount);
    r.description := coalesce(body ->> 'description', r.description);
    r.rrule := coalesce(body ->> 'rrule', r.rrule);
    r.start_date := coalesce((body ->> 'start')::date, r.start_date);
    r.weekend := coalesce(body ->> 'weekend', r.weekend, 'none');
    r.catch_up := coalesce(body ->> 'catch_up', r.catch_up, 'post_all');
    r.estimate_last := coalesce((body ->> 'estimate_last')::smallint, r.estimate_last, 0);
    r.end_total := coalesce((body ->> 'end_minor')::bigint, r.end_total, 0);
    r.state := coalesce(body ->> 'state', r.state, 'active');
    r.tags := coalesce(CASE WHEN body ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(body -> 'tags')) END, r.tags, '{}');
    IF body ? 'payee' THEN r.payee := body ->> 'payee'; END IF;
    IF body ? 'memo' THEN r.memo := body ->> 'memo'; END IF;
    IF body ? 'category_id' THEN r.category_id := (body ->> 'category_id')::uuid; END IF;
    IF body ? 'first' THEN r.first_date := (body ->> 'first')::date; END IF;
    IF body ? 'splits' THEN
        SELECT array_agg((s ->> 'minor')::bigint ORDER BY n), array_agg((s ->> 'category_id')::uuid ORDER BY n), array_agg(s ->> 'memo' ORDER BY n)
        INTO r.split_amounts, r.split_categories, r.split_memos
        FROM jsonb_array_elements(CASE jsonb_typeof(body -> 'splits') WHEN 'array' THEN body -> 'splits' ELSE '[]' END) WITH ORDINALITY AS split (s, n);
    END IF;
    IF body ? 'next_nominal' THEN
        r.next_nominal := (body ->> 'next_nominal')::date;
        r.next_posting := (body ->> 'next_posting')::date;
        r.next_due_at := to_timestamp((body ->> 'next_due_ms')::bigint / 1000.0);
    END IF;
    -- A worker looks when the next date is due, or one that was moved.
    r.check_at := CASE WHEN r.state = 'active' THEN
        least(r.next_due_at, (SELECT min(due_at) FROM recurring_occurrence WHERE rule_id = r.id AND state = 'postponed')) END;
    RETURN r;
END $$;

CREATE FUNCTION recurring_json(r recurring_rule) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', r.id, 'account_id', r.account_id, 'amount', money_text(r.amount, a.exponent), 'currency', a.currency,
        'description', r.description, 'payee', r.payee, 'memo', r.memo, 'category_id', r.category_id, 'tags', r.tags,
        'splits', (SELECT json_agg(json_build_object('amount', money_text(s.amount, a.exponent), 'category_id', s.category, 'memo', s.memo))
                   FROM unnest(r.split_amounts, r.split_categories, r.split_memos) AS s (amount, category, memo)),
        'rrule', r.rrule, 'start', r.start_date, 'first_date', coalesce(r.first_date, r.start_date),
        'weekend', r.weekend, 'catch_up', r.catch_up, 'estimate_last', r.estimate_last,
        'end', json_build_object('count', substring(r.rrule FROM 'COUNT=([0-9]+)')::bigint,
                                 'date', to_date(substring(r.rrule FROM 'UNTIL=([0-9]{8})'), 'YYYYMMDD'),
                                 'total', CASE WHEN r.end_total <> 0 THEN money_text(r.end_total, a.exponent) END),
        'state', r.state, 'paused', r.state = 'paused', 'follows_id', r.follows_id,
        'next', CASE WHEN r.state = 'active' AND r.next_nominal IS NOT NULL THEN json_build_object(
                    'nominal_date', r.next_nominal, 'posting_date', r.next_posting, 'due_at', time_text(r.next_due_at)) END,
        'version', r.version, 'created_at', time_text(r.created_at), 'updated_at', time_text(r.updated_at))
    FROM account a WHERE a.id = r.account_id
$$;
