-- $1 user, $2 id, $3 date
SELECT json_build_object('account_id', id, 'at', $3::date, 'currency', currency,
           'amount', money_text(account_balance(account, $3::date), exponent),
           'balance', money_text(account_balance(account, $3::date), exponent))::text AS body
FROM account WHERE user_id = $1::uuid AND id = $2::uuid AND deleted_at IS NULL
