-- What the worker needs to import. $1 upload. No row: undone or gone meanwhile
UPDATE upload SET state = 'running' WHERE id = $1::uuid AND state IN ('queued', 'running')
RETURNING user_id, account_id, format, mapping::text, mapping_given, reimport_deleted, rows_done, bytes,
          (SELECT currency FROM account WHERE account.id = upload.account_id AND deleted_at IS NULL) AS currency
