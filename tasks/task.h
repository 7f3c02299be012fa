#ifndef TASKS_TASK_H
#define TASKS_TASK_H

/*
 * What a task is: one constant struct in one file of this folder, listed in registry.c. The API calls
 * `validate` before it accepts a job, a worker child calls `run` with a batch. A task never touches Redis: it
 * writes to PostgreSQL, sets outcomes, and asks for follow-up jobs.
 */

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/faults.h"
#include "db/db.h"
#include "queue/job.h"

struct task_retry {
    int attempts_max; /* runs in all before it is dead */
    int64_t base_ms,
        max_ms; /* wait base * 2^(attempt-1), at most max, with full jitter over its upper half */
};

enum task_transaction {
    /* The child opens one transaction for the batch, marks the jobs finished in it, calls run, commits. When
     * run or the commit fails, nothing of the batch happened, and each job runs again alone. The rule for all
     * that is SQL. */
    TASK_ONE_TRANSACTION,
    /* run opens and commits transactions of its own (long imports in steps, mail); the child finishes the job
     * rows afterwards. run must be safe to repeat from any point. */
    TASK_OWN_TRANSACTIONS,
};

struct task_context {
    struct arena *arena; /* the batch's */
    struct db *db;
    int64_t now_ms;         /* wall clock when the batch started */
    struct task_link *link; /* the child's: progress and follow-up jobs go through the functions below */
};

struct task {
    const char *name, *summary;
    const char *queue;
    int batch_max;
    int64_t timeout_ms; /* for one batch; then SIGTERM, and SIGKILL 2 s later */
    struct task_retry retry;
    size_t args_max; /* bytes of JSON */
    enum task_transaction transaction;

    /* Pure. Adds a fault for each thing wrong with args (pointers relative to args). NULL: takes any object.
     */
    void (*validate)(json_t *args, struct arena *arena, struct faults *faults);

    /* Runs jobs[0..count), all of this task; those with skip set were done before: leave them. Sets each
     * outcome (preset: done without result). -1 with err when the batch as a whole failed: rolled back, then
     * one by one; a single job that fails so is retried (ERR_RETRY), dead (ERR_REJECT, ERR_BUG). */
    int (*run)(struct task_context *context, struct job *jobs, size_t count, struct err *err);
};

/* Tells GET /v1/jobs/ID how far a job is; cheap, may be called for each step. Seen outside of the batch's
 * transaction. */
void task_progress(struct task_context *context, const struct job *job, int64_t done, int64_t total);

/* Accepts a follow-up job: its row is written in the current transaction, it is put after the commit.
 * `follow` needs task, args, and lane or unique as wanted; id and times are filled in when zero, traceparent
 * when NULL and the batch is one job. user: the owner, NULL for none. */
int task_follow_up(struct task_context *context, struct job *follow, const struct id *user,
                   struct err *err) MUST_CHECK;

/* registry.c: all tasks, ends with NULL. */
extern const struct task *const tasks_all[];
const struct task *task_find(const char *name); /* NULL when there is none */

#endif
