#include "scheduler/prune.h"

#include "base/log.h"

#define HOURS(n) ((int64_t)(n)*60 * 60 * 1000)

/* Each statement takes one instant: what is older goes. */
static const struct {
    const struct sql *sql;
    int64_t keep_ms;
} leftovers[] = {
    {&sql_prune_uploads, HOURS(24)},       {&sql_prune_sessions, HOURS(24)},
    {&sql_prune_idempotency, HOURS(24)}, /* what the HTTP contract promises */
    {&sql_prune_registrations, HOURS(24)}, {&sql_prune_payloads, HOURS(24)},
    {&sql_prune_classify, HOURS(30 * 24)},
};

int prune_leftovers(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    (void)slot_ms;
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++) {
        struct db_params params;
        struct db_rows rows;
        db_params_init(&params, context->arena);
        db_add_time(&params, context->now_ms - leftovers[i].keep_ms);
        if (db_run(context->db, leftovers[i].sql, &params, &rows, err) != 0)
            return -1;
        if (rows.affected > 0)
            log_info("pruned", LOG_TEXT("what", leftovers[i].sql->name), LOG_INT("rows", rows.affected));
    }
    return 0;
}
