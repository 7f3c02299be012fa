/*
 * undo_upload: takes out exactly what an upload put in, except rows edited since.
 *
 * Needs     args {"upload": ID, "user": ID}.
 * Promises  all or nothing; the result says how many rows went and how many edited ones stayed.
 */
#include <stddef.h>

#include "ledger/uploads.h"
#include "tasks/args.h"

struct args {
    const struct id *upload, *user;
};

static const struct json_field args_fields[] = {
    {"upload", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, offsetof(struct args, upload)},
    {"user", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, offsetof(struct args, user)},
};

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    struct args read;
    (void)!JSON_DECODE(args, "", args_fields, &read, arena, faults); /* faults has it */
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct args args = {NULL, NULL};
        if (jobs[i].skip || task_read_args(context, &jobs[i], args_fields, &args) != 0)
            continue;
        if (upload_undo(context->db, context->arena, args.upload, args.user, context->now_ms,
                        &jobs[i].outcome.result, err) != 0)
            return -1;
    }
    return 0;
}

const struct task task_undo_upload = {
    .name = "undo_upload",
    .summary = "Takes out what an upload put in, except rows edited since.",
    .queue = "upload",
    .batch_max = 1,
    .timeout_ms = 10 * 60 * 1000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 200,
    .transaction = TASK_ONE_TRANSACTION,
    .validate = validate,
    .run = run,
};
