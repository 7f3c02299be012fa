-- Why a transaction stands where it does, and by whom. $1 user, $2 id
SELECT t.version::bigint AS etag, json_build_object(
    'transaction_id', t.id, 'id', t.category_id, 'name', c.name, 'source', t.category_source,
    'confidence', round(t.category_confidence::numeric, 4),
    'threshold', round((t.category_reasons ->> 'threshold')::numeric / 1000, 4),
    'model_version', t.category_reasons ->> 'model',
    'rule', t.category_reasons -> 'rule',
    'reasons', CASE t.category_source
        WHEN 'user' THEN json_build_array(json_build_object('kind', 'user', 'text', 'you set it' || coalesce(' on ' || l.at::date, '')))
        WHEN 'rule' THEN json_build_array(json_build_object('kind', 'rule',
            'text', 'your rule “' || coalesce(t.category_reasons #>> '{rule,name}', '') || '” fits'))
        ELSE coalesce((t.category_reasons -> 'reasons')::json, '[]') END,
    'suggestions', coalesce((
        SELECT json_agg(json_build_object('category_id', s.it ->> 0, 'name', suggested.name,
                                          'confidence', round((s.it ->> 1)::numeric / 1000, 4)) ORDER BY s.n)
        FROM jsonb_array_elements(t.category_reasons -> 'suggestions') WITH ORDINALITY AS s (it, n)
        JOIN category suggested ON suggested.id = (s.it ->> 0)::uuid), '[]'),
    'label', CASE WHEN l.revision IS NOT NULL THEN json_build_object('revision', l.revision, 'at', time_text(l.at),
        'shown', l.shown_category, 'shown_confidence', round(l.shown_confidence::numeric, 4)) END)::text AS body
FROM transaction t
LEFT JOIN category c ON c.id = t.category_id
LEFT JOIN label l ON l.transaction_id = t.id AND l.ended IS NULL
WHERE t.id = $2::uuid AND owner_is(t.user_id, $1::uuid) AND t.deleted_at IS NULL
