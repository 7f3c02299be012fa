-- A rule and one of its dates, as ledger/recurring_dates.c reads them: of `r`, its account `a`, its person `u`, the date `o`, `bounds`.
r.rrule, r.start_date, r.first_date, r.weekend, r.state, r.amount, a.currency, a.exponent::bigint, u.timezone, r.next_nominal,
r.end_total, CASE WHEN r.end_total = 0 THEN 0 ELSE coalesce(
    (SELECT sum(t.amount) FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL), 0)::bigint END AS entered,
CASE WHEN r.estimate_last = 0 THEN '' ELSE coalesce((SELECT string_agg(amount::text, ' ') FROM (
    SELECT t.amount FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL
    ORDER BY t.recurring_date DESC LIMIT r.estimate_last) AS last), '') END AS last_amounts,
bounds.today, bounds.first, bounds.last, r.version::bigint,
o.nominal_date, o.state AS date_state, o.posting_date, o.due_at, o.amount AS date_amount, o.description, o.transaction_id
