/* People whose last month is over and not closed, to the workers. A person handed over twice is closed once:
 * the job's id follows from the slot, the month's row from its key. */
#include "scheduler/periodic.h"
#include "tasks/args.h"

enum { USERS_A_JOB = 250 };

int statements_hand_over(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    struct id last;
    bool is_first = true;
    struct db_rows rows;
    do {
        struct db_params params;
        db_params_init(&params, context->arena);
        db_add_time(&params, context->now_ms);
        db_add_id(&params, is_first ? NULL : &last);
        db_add_int(&params, USERS_A_JOB);
        if (db_run(context->db, &sql_statement_due, &params, &rows, err) != 0)
            return -1;
        if (rows.count == 0)
            return 0;
        struct id *users = rows_ids(&rows, 0, context->arena);
        char first[ID_TEXT_SIZE];
        id_format(&users[0], first);
        struct job job = {
            .id = periodic_id(arena_printf(context->arena, "statements %s", first), slot_ms),
            .task = "roll_up_statistics",
            .queue = "recurring",
            .enqueued_at_ms = context->now_ms,
            .args = task_write_ids(context->arena, "users", users, (size_t)rows.count),
        };
        if (periodic_enqueue(context, &job, NULL, 1, err) != 0)
            return -1;
        last = users[rows.count - 1];
        is_first = false;
    } while (rows.count == USERS_A_JOB);
    return 0;
}
