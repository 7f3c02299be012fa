-- What a person's classifier knows and how well it does. $1 user, $2 target in thousandths where none is set, $3 today,
-- $4 where its threshold starts, in thousandths
WITH outcome AS ( -- by the month in which it was told
    SELECT month_of(at::date) AS month, count(*) AS labels, count(shown_category) AS outcomes,
           count(*) FILTER (WHERE shown_category = category_id) AS right_ones, count(*) FILTER (WHERE shown_set) AS applied,
           count(*) FILTER (WHERE shown_set AND shown_category = category_id) AS applied_right
    FROM label WHERE user_id = $1::uuid AND (ended IS NULL OR ended_why <> 'replaced')
      AND at >= month_of($3::date) - interval '11 months'
    GROUP BY 1
), coverage AS ( -- by the month of the rows
    SELECT month_of(date) AS month, count(*) AS rows, count(*) FILTER (WHERE category_source = 'user') AS by_user,
           count(*) FILTER (WHERE category_source = 'rule') AS by_rule,
           count(*) FILTER (WHERE category_source IN ('memory', 'model', 'prior')) AS by_itself
    FROM transaction
    WHERE user_id = $1::uuid AND deleted_at IS NULL AND transfer_id IS NULL AND split_amounts IS NULL
      AND date >= month_of($3::date) - interval '11 months'
    GROUP BY 1
)
SELECT json_build_object(
    'labels', coalesce(c.labels, 0), 'revision', coalesce(c.revision, 0),
    'target_precision', classifier_target(u.settings, $2::bigint) / 1000.0,
    'share_labels', classifier_shares(u.settings),
    'threshold', CASE WHEN c.threshold IS NULL THEN $4::bigint / 1000.0 WHEN c.threshold <= 1 THEN round(c.threshold::numeric, 4) END,
    'accuracy', round(c.accuracy::numeric, 4), 'scored_at', time_text(c.scored_at),
    'latest', json_build_object('outcomes', coalesce(c.outcomes, 0), 'applied', coalesce(c.applied, 0), 'right', coalesce(c.right_ones, 0),
                                'precision', round(c.right_ones::numeric / nullif(c.applied, 0), 4),
                                'coverage', round(c.applied::numeric / nullif(c.outcomes, 0), 4)),
    'months', coalesce((
        SELECT json_agg(json_build_object(
            'month', to_char(month, 'YYYY-MM'), 'labels', coalesce(o.labels, 0), 'outcomes', coalesce(o.outcomes, 0),
            'right', coalesce(o.right_ones, 0), 'applied', coalesce(o.applied, 0), 'applied_right', coalesce(o.applied_right, 0),
            'precision', round(o.applied_right::numeric / nullif(o.applied, 0), 4),
            'rows', coalesce(r.rows, 0), 'by_user', coalesce(r.by_user, 0), 'by_rule', coalesce(r.by_rule, 0),
            'by_itself', coalesce(r.by_itself, 0),
            'coverage', round(r.by_itself::numeric / nullif(r.rows - r.by_user - r.by_rule, 0), 4)) ORDER BY month)
        FROM outcome o FULL JOIN coverage r USING (month)), '[]'))::text AS body
FROM app_user u LEFT JOIN classifier c ON c.user_id = u.id
WHERE u.id = $1::uuid
