/*
 * roll_up_statistics: closes people's last month and asks for the mail that tells it.
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

static int close_months(struct task_context *context, const struct id *users, size_t count, struct err *err)
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
    for (int row = 0; row < rows.count; row++) {
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
    struct id *users;
    size_t user_count = task_read_ids(context, jobs, count, "users", &users);
    return user_count == 0 ? 0 : close_months(context, users, user_count, err);
}

const struct task task_roll_up_statistics = {
    .name = "roll_up_statistics",
    .summary = "Closes people's last month, once, and asks for the mail that tells it.",
    .queue = "recurring",
    .batch_max = 1,
    .timeout_ms = 120000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 32 * 1024,
    .transaction = TASK_ONE_TRANSACTION,
    .validate = validate,
    .run = run,
};
