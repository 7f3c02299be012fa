-- Once a day everybody with a budget is looked at: a forecast changes with the days alone. $1 now (the budgets there were)
INSERT INTO budget_due (user_id)
SELECT DISTINCT user_id FROM budget WHERE deleted_at IS NULL AND created_at <= $1::timestamptz ORDER BY 1
ON CONFLICT (user_id) DO NOTHING
