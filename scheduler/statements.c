/* People whose last month is over and not closed, to the workers. A person handed over twice is closed once:
 * the job's id follows from the slot, the month's row from its key. */
#include "base/buf.h"
#include "scheduler/periodic.h"

enum { USERS_A_JOB = 250, ARGS_MAX = 16 * 1024 };

static void free_buf(void *buf)
{
    buf_free(buf);
}

static struct job make_job(struct arena *arena, const struct db_rows *rows, int64_t slot_ms, int64_t now_ms)
{
    struct buf *args = arena_alloc(arena, sizeof *args);
    char first[ID_TEXT_SIZE] = "";
    buf_init(args, ARGS_MAX);
    arena_defer(arena, free_buf, args);
    buf_add_text(args, "{\"users\":[");
    for (int row = 0; row < rows->count; row++) {
        char text[ID_TEXT_SIZE];
        struct id id = rows_id(rows, row, 0);
        id_format(&id, text);
        if (row == 0)
            id_format(&id, first);
        buf_printf(args, "%s\"%s\"", row > 0 ? "," : "", text);
    }
    buf_add_text(args, "]}");
    return (struct job){.id = periodic_id(arena_printf(arena, "statements %s", first), slot_ms),
                        .task = "roll_up_statistics",
                        .queue = "recurring",
                        .lane = "",
                        .unique = "",
                        .traceparent = "",
                        .enqueued_at_ms = now_ms,
                        .args = {args->data, args->size}};
}

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
        struct job job = make_job(context->arena, &rows, slot_ms, context->now_ms);
        if (periodic_enqueue(context, &job, NULL, 1, err) != 0)
            return -1;
        last = rows_id(&rows, rows.count - 1, 0);
        is_first = false;
    } while (rows.count == USERS_A_JOB);
    return 0;
}
