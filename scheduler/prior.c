/* The installation's prior, trained anew each night. */

#include "base/clock.h"
#include "scheduler/periodic.h"

int prior_hand_over(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    struct job job = {.id = periodic_id("train_prior", slot_ms),
                      .task = "train_prior",
                      .queue = "classify",
                      .lane = "prior", /* the queue is fair: a lane of its own */
                      .enqueued_at_ms = clock_wall_ms(),
                      .args = str_of(arena_printf(context->arena, "{\"version\":%lld}", (long long)slot_ms))};
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, context->arena);
    if (db_run(context->db, &sql_prior_wanted, &params, &rows, err) != 0)
        return -1;
    if (!rows_bool(&rows, 0, 0))
        return 0;
    return periodic_enqueue(context, &job, NULL, 1, err);
}
