-- listing_filters.sql without words, for transaction_search.sql: bounds of amounts come from its `bounds` and `amounts`.
($5::uuid IS NULL OR t.account_id = $5::uuid)
AND ($6::uuid IS NULL OR t.category_id = $6::uuid OR $6::uuid = ANY (t.split_categories))
AND ($7::text IS NULL OR $7::text = ANY (t.tags))
AND (($9::text IS NULL AND $10::text IS NULL) OR CASE (SELECT exponents FROM bounds) WHEN 1 THEN t.amount BETWEEN (SELECT least FROM bounds) AND (SELECT most FROM bounds)
     ELSE EXISTS (SELECT FROM amounts WHERE amounts.exponent = (SELECT exponent FROM account WHERE id = t.account_id) AND t.amount BETWEEN amounts.least AND amounts.most) END)
AND ($12::text IS NULL OR t.status = $12::text)
AND ($13::uuid IS NULL OR t.upload_id = $13::uuid)
AND (NOT $14::boolean OR (t.category_id IS NULL AND t.split_categories IS NULL))
