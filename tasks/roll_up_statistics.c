/*
 * roll_up_statistics: closes people's last month, and those before that a pause left open, and asks for the
 * mails that tell them.
 *
 * Needs     {"users": [1..500 ids]}, as the scheduler hands them over. The sums themselves are kept by
 * triggers in the transaction that changes the rows: nothing is added up here but what they say.
 * Promises  a month of a person is closed once; the row and the job of its mail are one transaction.
 */
#include "tasks/args.h"

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    task_validate_ids(args, "users", arena, faults);
}

/* One month of each of those that have one to close; *closed: how many had. */
static int close_months(struct task_context *context, const struct id *users, size_t count, int *closed,
                        struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    struct id *ids = arena_array(context->arena, count, sizeof *ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = id_new();
    db_params_init(&params, context->arena);
    db_add_ids(&params, users, NULL, count);
    db_add_ids(&params, ids, NULL, count);
    db_add_time(&params, context->now_ms);
    if (db_run(context->db, &sql_statement_close, &params, &rows, err) != 0)
        return -1;
    *closed = rows.count;
    for (int row = 0; row < rows.count; row++) {
        if (!rows_bool(&rows, row, 2))
            continue;
        struct id user = rows_id(&rows, row, 0);
        struct job follow = {.id = rows_id(&rows, row, 1),
                             .task = "send_statement",
                             .lane = "",
                             .enqueued_at_ms = context->now_ms,
                             .args = STR("{}")};
        if (task_follow_up(context, &follow, &user, err) != 0)
            return -1;
    }
    return 0;
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    struct id *ids;
    size_t user_count = task_read_ids(context, jobs, count, "users", &ids);
    for (int closed = user_count > 0; closed > 0;) /* a year of months at most */
        if (close_months(context, ids, user_count, &closed, err) != 0)
            return -1;
    return 0;
}

const struct task task_roll_up_statistics = {
    .name = "roll_up_statistics",
    .summary = "Closes people's months that are over, each once, and asks for the mails that tell them.",
    .queue = "recurring",
    .batch_max = 1,
    .timeout_ms = 120000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 32 * 1024,
    .transaction = TASK_ONE_TRANSACTION,
    .validate = validate,
    .run = run,
};
