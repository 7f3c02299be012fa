/* People whose sums changed and who have budgets, to the workers. Taking them off the list and the rows of
 * the jobs are one transaction. */
#include "base/crash.h"
#include "ledger/jobs.h"
#include "scheduler/periodic.h"
#include "tasks/args.h"

enum { USERS_A_JOB = 250 };

/* In the current transaction. */
static int claim(struct periodic_context *context, struct job *job, int *count, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, context->arena);
    db_add_int(&params, USERS_A_JOB);
    if (db_run(context->db, &sql_budget_due_claim, &params, &rows, err) != 0)
        return -1;
    *count = rows.count;
    if (rows.count == 0)
        return 0;
    struct id *users = rows_ids(&rows, 0, context->arena);
    *job = (struct job){.id = id_new(),
                        .task = "budget_alert",
                        .queue = "recurring",
                        .enqueued_at_ms = context->now_ms,
                        .args = task_write_ids(context->arena, "users", users, (size_t)rows.count)};
    return jobs_accept(context->db, context->arena, job, NULL, 1, err);
}

int budgets_hand_over(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    struct put_result result;
    struct err ignored;
    int count = USERS_A_JOB;
    (void)slot_ms;
    while (count == USERS_A_JOB) {
        struct job job;
        if (db_begin(context->db, err) != 0)
            return -1;
        if (claim(context, &job, &count, err) != 0 || db_commit(context->db, err) != 0) {
            db_rollback(context->db);
            return -1;
        }
        crash_point("budgets_before_put");
        /* When the put fails, the relay does it. */
        if (count > 0)
            (void)!queue_put(context->queue, context->arena, &job, 1, false, &result, &ignored);
    }
    return 0;
}

int budgets_all_due(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    struct db_params params;
    (void)slot_ms;
    db_params_init(&params, context->arena);
    db_add_time(&params, context->now_ms);
    return db_run(context->db, &sql_budget_due_all, &params, NULL, err);
}
