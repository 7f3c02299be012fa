-- What a new or changed rule has to be checked against. The account is the named one, else the rule's; null when it is not
-- there. $1 user, $2 rule or null, $3 account or null, $4 categories
SELECT a.currency, a.exponent::bigint, own.currency AS own_currency, u.timezone,
       (SELECT count(*) FROM category WHERE user_id = $1::uuid AND id = ANY ($4::uuid[])) AS categories,
       r.id IS NOT NULL AS is_there, r.amount, r.rrule, r.start_date, r.first_date, r.weekend, r.state, r.end_total, r.next_nominal,
       r.split_amounts IS NOT NULL AS has_splits, r.version::bigint,
       EXISTS (SELECT FROM recurring_occurrence o WHERE o.rule_id = r.id) AS has_dates,
       coalesce((SELECT sum(t.amount) FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL), 0)::bigint AS entered
FROM app_user u
LEFT JOIN recurring_rule r ON r.id = $2::uuid AND r.user_id = u.id AND r.deleted_at IS NULL
LEFT JOIN account own ON own.id = r.account_id
LEFT JOIN account a ON a.id = coalesce($3::uuid, r.account_id) AND a.user_id = u.id AND a.deleted_at IS NULL
WHERE u.id = $1::uuid
