/*
 * link_transfers: finds the other halves of transfers among the rows of an upload, then merges the upload's
 * words into the search index.
 *
 * Needs     args {"upload": ID, "user": ID}; follows ingest_upload.
 * Promises  links only pairs of which either row is the only candidate of the other; repeating it changes
 * nothing.
 */
#include <stddef.h>

#include "ledger/transfers.h"
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
        int64_t found;
        if (jobs[i].skip || task_read_args(context, &jobs[i], args_fields, &args) != 0)
            continue;
        if (upload_refresh_statistics(context->db, context->arena, args.upload, err) != 0)
            return -1;
        if (transfers_detect(context->db, context->arena, args.upload, args.user, context->now_ms, &found,
                             err) != 0)
            return -1;
        jobs[i].outcome.result = arena_printf(context->arena, "{\"transfers\":%lld}", (long long)found);
    }
    struct db_params none;
    db_params_init(&none, context->arena);
    return db_run(context->db, &sql_search_settle, &none, NULL, err);
}

const struct task task_link_transfers = {
    .name = "link_transfers",
    .summary = "Links the halves of transfers that an upload brought.",
    .queue = "upload",
    .batch_max = 1,
    .timeout_ms = 10 * 60 * 1000,
    .retry = {.attempts_max = 10, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 200,
    .transaction = TASK_ONE_TRANSACTION,
    .validate = validate,
    .run = run,
};
