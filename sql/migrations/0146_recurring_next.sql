-- The next date by a rule says what was said of it: one that is left out, was moved or entered early is not entered then.
CREATE OR REPLACE FUNCTION recurring_json(r recurring_rule) RETURNS json LANGUAGE sql STABLE AS $$
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
                    'nominal_date', r.next_nominal, 'posting_date', r.next_posting, 'due_at', time_text(r.next_due_at),
                    'state', coalesce((SELECT state FROM recurring_occurrence WHERE rule_id = r.id AND nominal_date = r.next_nominal), 'scheduled')) END,
        'version', r.version, 'created_at', time_text(r.created_at), 'updated_at', time_text(r.updated_at))
    FROM account a WHERE a.id = r.account_id
$$;
