-- Months that are to be closed: after a pause (the whole system's, or this task's) of more than a month there are several.

-- The oldest month of a person that is over on a day, holds something and is not closed: behind the newest closed one, and of the last
-- twelve; who has none closed starts with the last one, since history that is brought along is no news. Null: none.
CREATE FUNCTION month_to_close(of_user uuid, today date) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT r.month FROM rollup r
    WHERE r.user_id = of_user AND r.entries <> 0 AND r.month < month_of(today) AND r.month >= month_of(today) - interval '12 months'
      AND r.month > coalesce((SELECT max(m.month) FROM month_closed m WHERE m.user_id = of_user), (month_of(today) - interval '2 months')::date)
    ORDER BY r.month LIMIT 1
$$;
