/*
 * undo_classify_run: puts back what a run over history changed, except rows that were changed since.
 *
 * Needs     args {"run": ID of its job, "user": ID}.
 * Promises  each row is put back or kept once; a step of rows commits with its list. Repeating it from any
 * point changes nothing.
 */
#include <stddef.h>

#include "base/settings.h"
#include "tasks/args.h"

struct args {
    const struct id *run, *user;
};

static const struct json_field args_fields[] = {
    {"run", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, offsetof(struct args, run)},
    {"user", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, offsetof(struct args, user)},
};

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    struct args read = {NULL, NULL};
    (void)!JSON_DECODE(args, "", args_fields, &read, arena, faults); /* faults has it */
}

static int undo(struct task_context *context, const struct args *args, struct job *job, struct err *err)
{
    int64_t part, all = 0, restored = 0;
    do {
        struct db_params params;
        struct db_rows rows;
        db_params_init(&params, context->arena);
        db_add_id(&params, args->run);
        db_add_id(&params, args->user);
        db_add_int(&params, settings.classify_step_rows);
        db_add_time(&params, context->now_ms);
        if (db_run(context->db, &sql_classify_undo, &params, &rows, err) != 0)
            return -1;
        part = rows_int(&rows, 0, 0);
        all += part;
        restored += rows_int(&rows, 0, 1);
    } while (part == settings.classify_step_rows);
    job->outcome.result = arena_printf(context->arena, "{\"restored\":%lld,\"kept\":%lld}",
                                       (long long)restored, (long long)(all - restored));
    return 0;
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct args args = {NULL, NULL};
        if (jobs[i].skip || task_read_args(context, &jobs[i], args_fields, &args) != 0)
            continue;
        if (undo(context, &args, &jobs[i], err) != 0)
            return -1;
    }
    return 0;
}

const struct task task_undo_classify_run = {
    .name = "undo_classify_run",
    .summary = "Puts back what a run of rules or of the classifier over history changed.",
    .queue = "classify",
    .batch_max = 1,
    .timeout_ms = 10 * 60 * 1000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 200,
    .transaction = TASK_OWN_TRANSACTIONS,
    .validate = validate,
    .run = run,
};
