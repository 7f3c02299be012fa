#include "ledger/payloads.h"

bool payload_is_apart(const json_t *args)
{
    return json_is_true(json_object_get(args, "payload"));
}

int payload_take(struct db *db, struct arena *arena, const struct id *job, struct str *body, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, job);
    if (db_run(db, &sql_payload_take, &params, &rows, err) != 0)
        return -1;
    if (rows.count == 0)
        return err_set(err, ERR_REJECT, "the job's payload is gone");
    *body = rows_bytes(&rows, 0, 0);
    return 0;
}
