#ifndef TASKS_RUN_H
#define TASKS_RUN_H

/*
 * Runs a batch of one task the way a worker's child does: the transaction around it, outcomes written with
 * the effects, one by one when the batch as a whole fails. Knows nothing of Redis: a test of a task calls it
 * with a database alone.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "tasks/task.h"

/* What a process that runs tasks keeps from batch to batch. */
struct task_link {
    struct db *db;
    const char *database_url;
    struct db *side;         /* for progress while db is in a transaction; opened when first needed */
    const struct task *task; /* of the running batch */
    const char *traceparent; /* of its job, NULL when it has several */
    struct models *models;   /* of classify_transactions; made when first needed */
    struct buf follow;       /* envelopes of follow-up jobs to put, each behind its size (uint32_t) */
    int64_t progress_at_ms;
    bool has_progressed;             /* in the running batch */
    void (*on_progress)(void *data); /* the first progress of a batch; NULL: nobody wants to know */
    void *data;
};

/* Connects. on_progress and data are the caller's to set, afterwards. When it failed there is nothing to
 * close. */
int task_link_open(struct task_link *link, const char *database_url, struct err *err) MUST_CHECK;
void task_link_close(struct task_link *link);

/* Runs the jobs, all of `task`, and leaves in each what became of it, resolved: retry and snooze have their
 * time, a retry without attempts left is dead. What is left in link->follow was committed. When the database
 * can't be reached the jobs are snoozed: nothing of them happened. */
void task_run_batch(struct task_link *link, const struct task *task, struct arena *arena, struct job *jobs,
                    size_t count);

#endif
