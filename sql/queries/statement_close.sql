-- Closes people's oldest month that is to be: totals by currency beside those of the month before, and the categories that cost most.
-- Gives those that were closed, and whether a mail is wanted. $1 users, $2 their jobs, $3 now
WITH person AS (
    SELECT p.user_id, p.job, closing.month
    FROM unnest($1::uuid[], $2::uuid[]) AS p (user_id, job), month_to_close(p.user_id, local_day(p.user_id, $3::timestamptz)) AS closing (month)
    WHERE closing.month IS NOT NULL
), entry AS (
    SELECT p.user_id, c.month = p.month AS is_it, c.currency, c.exponent, c.category_id, c.rows, c.income, c.expense
    FROM person p
    CROSS JOIN LATERAL counted(p.user_id, (p.month - interval '1 month')::date, (p.month + interval '1 month')::date - 1, NULL, false, false) AS c
), total AS (
    SELECT user_id, currency, max(exponent) AS exponent, coalesce(sum(rows) FILTER (WHERE is_it), 0) AS count,
           coalesce(sum(income) FILTER (WHERE is_it), 0) AS income, coalesce(sum(expense) FILTER (WHERE is_it), 0) AS expense,
           coalesce(sum(income) FILTER (WHERE NOT is_it), 0) AS income_before,
           coalesce(sum(expense) FILTER (WHERE NOT is_it), 0) AS expense_before
    FROM entry GROUP BY 1, 2
), top AS (
    SELECT e.user_id, e.currency, coalesce(c.name, '(none)') AS name, sum(e.expense) AS expense, max(e.exponent) AS exponent,
           row_number() OVER (PARTITION BY e.user_id, e.currency ORDER BY sum(e.expense) DESC, coalesce(c.name, '(none)')) AS n
    FROM entry e LEFT JOIN category c ON c.id = e.category_id
    WHERE e.is_it AND e.expense > 0
    GROUP BY 1, 2, e.category_id, 3
), made AS (
    INSERT INTO month_closed (user_id, month, statement, mail_job, closed_at)
    SELECT p.user_id, p.month, jsonb_agg(jsonb_build_object(
               'currency', t.currency, 'count', t.count, 'before', flow_json(t.income_before, t.expense_before, t.exponent),
               'more_income', money_text(t.income - t.income_before, t.exponent), 'more_expense', money_text(t.expense - t.expense_before, t.exponent),
               'top', coalesce((SELECT jsonb_agg(jsonb_build_object('name', top.name, 'expense', money_text(top.expense, top.exponent)) ORDER BY n)
                                FROM top WHERE top.user_id = p.user_id AND top.currency = t.currency AND n <= 5), '[]'))
               || flow_json(t.income, t.expense, t.exponent) ORDER BY t.count DESC, t.currency),
           p.job, $3::timestamptz
    FROM person p JOIN total t ON t.user_id = p.user_id
    GROUP BY p.user_id, p.month, p.job
    ON CONFLICT DO NOTHING
    RETURNING user_id, mail_job
)
SELECT made.user_id, made.mail_job, coalesce(n.statement_mail, true) AS wants_mail FROM made
LEFT JOIN notification n ON n.user_id = made.user_id
