/*
 * roll_up_statistics: closes people's last month and asks for the mail that tells it.
 *
 * Needs     {"users": [1..500 ids]}, as the scheduler hands them over. The sums themselves are kept by
 * triggers in the transaction that changes the rows: nothing is added up here but what they say.
 * Promises  a month of a person is closed once; the row and the job of its mail are one transaction.
 */
#include "base/json.h"
#include "tasks/task.h"

enum { USERS_MAX = 500 };

static void read_users(json_t *args, struct id *ids, size_t *count, struct arena *arena,
                       struct faults *faults)
{
    json_t *users = json_object_get(args, "users");
    size_t size = json_array_size(users);
    if (size < 1 || size > USERS_MAX) {
        faults_add(faults, "/users", "must be a list of 1 to %d ids", USERS_MAX);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        const char *text = json_string_value(json_array_get(users, i));
        if (text == NULL || id_parse(str_of(text), &ids[*count]) != 0)
            faults_add(faults, arena_printf(arena, "/users/%zu", i), "must be an id (a UUID)");
        else
            (*count)++;
    }
}

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    size_t count = 0;
    read_users(args, arena_array(arena, USERS_MAX, sizeof(struct id)), &count, arena, faults);
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
    struct id *users = arena_array(context->arena, count * USERS_MAX, sizeof *users);
    size_t user_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct faults faults;
        faults_init(&faults, context->arena);
        json_t *args = jobs[i].skip ? NULL : json_read(context->arena, jobs[i].args, &faults);
        if (args != NULL)
            read_users(args, users, &user_count, context->arena, &faults);
        if (faults.count > 0)
            jobs[i].outcome = (struct outcome){.kind = OUTCOME_DEAD, .reason = faults.list[0].detail};
    }
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
