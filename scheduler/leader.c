#include "base/settings.h"
#include "scheduler/scheduler.h"

/* Any number that nothing else locks. */
static const int64_t lead_lock = 7237122;

int leader_keep(struct scheduler *scheduler, bool *leads, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    *leads = false;
    if (scheduler->db == NULL) {
        scheduler->db = db_open(settings.database_url, err);
        if (scheduler->db == NULL)
            return -1;
    } else if (PQstatus(db_raw(scheduler->db)) != CONNECTION_OK && db_revive(scheduler->db, err) != 0) {
        return -1;
    } else if (scheduler->leads) {
        /* The session that took the lock still lives: so does the lock. */
        db_params_init(&params, &scheduler->arena);
        if (db_run(scheduler->db, &sql_ping, &params, NULL, err) != 0)
            return -1;
        *leads = true;
        return 0;
    }
    db_params_init(&params, &scheduler->arena);
    db_add_int(&params, lead_lock);
    if (db_run(scheduler->db, &sql_leader_try, &params, &rows, err) != 0)
        return -1;
    *leads = rows_bool(&rows, 0, 0);
    return 0;
}
