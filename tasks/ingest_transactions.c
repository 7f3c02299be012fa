/*
 * ingest_transactions: stores posted transactions, each exactly once.
 *
 * Needs   args as transactions_write_args makes them, or {"payload": true} with the same in job_payload.
 * Promises  all of a job's rows or none; one INSERT for a whole batch of jobs, of any number of users. A row
 * that came without a category is stored with the one that its user's rules and model find.
 */
#include "ledger/payloads.h"
#include "ledger/transactions.h"
#include "tasks/args.h"
#include "tasks/classify_incoming.h"

struct reading {
    struct new_transaction *list;
    size_t count;
};

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    struct reading reading;
    if (!payload_is_apart(args))
        (void)!transactions_read_args(args, arena, &reading.list, &reading.count, faults);
}

/* Adds the job's transactions behind list[*count]; a job that can't be read ends dead and the others go on.
 */
static int read_job(struct task_context *context, struct job *job, struct reading *reading, struct err *err)
{
    struct faults faults;
    faults_init(&faults, context->arena);
    json_t *args = json_read(context->arena, job->args, &faults);
    if (args != NULL && payload_is_apart(args)) {
        struct str body;
        if (payload_take(context->db, context->arena, &job->id, &body, err) != 0)
            return -1;
        args = json_read(context->arena, body, &faults);
    }
    *reading = (struct reading){NULL, 0};
    if (args == NULL ||
        transactions_read_args(args, context->arena, &reading->list, &reading->count, &faults) != 0) {
        task_refuse_args(context, job, &faults);
        reading->count = 0;
    } else {
        job->outcome.result = arena_printf(context->arena, "{\"transactions\":%zu}", reading->count);
    }
    return 0;
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    struct reading *readings = arena_array(context->arena, count, sizeof *readings);
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].skip)
            continue;
        if (read_job(context, &jobs[i], &readings[i], err) != 0)
            return -1;
        total += readings[i].count;
    }
    if (total == 0)
        return 0;
    struct new_transaction *all = arena_array(context->arena, total, sizeof *all);
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < readings[i].count; j++)
            all[used++] = readings[i].list[j];
    if (classify_incoming(context, all, total, err) != 0)
        return -1;
    int64_t inserted;
    if (transactions_insert(context->db, context->arena, all, total, context->now_ms, &inserted, err) != 0)
        return -1;
    /* Alone, each job of the batch learns whether it was the one. */
    if (inserted != (int64_t)total)
        return err_set(err, ERR_REJECT, "an account of these transactions was deleted meanwhile");
    return 0;
}

const struct task task_ingest_transactions = {
    .name = "ingest_transactions",
    .summary = "Stores posted transactions, each exactly once.",
    .queue = "ingest",
    .batch_max = 256,
    .timeout_ms = 30000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 60 * 1024,
    .transaction = TASK_ONE_TRANSACTION,
    .validate = validate,
    .run = run,
};
