#ifndef TASKS_MIDDLEWARE_H
#define TASKS_MIDDLEWARE_H

/*
 * What stands around every batch that a child runs, whatever its task: to measure, to trace, to count. One
 * constant struct in one file of this folder, listed in registry.c, as a task is. It looks and does not
 * touch: it sees jobs and outcomes as constants, and has no way to fail.
 */

#include "tasks/task.h"

struct task_middleware {
    const char *name;

    /* Before the batch's transaction begins; may be NULL. In the order of the table. */
    void (*before)(struct task_context *context, const struct task *task, const struct job *jobs,
                   size_t count);

    /* When it is committed or given up, in the reverse order; may be NULL. Outcomes are resolved: retry and
     * snooze have their time, a retry without attempts left is dead. took_us: from before to after, tries one
     * by one included. The context's connection is between transactions: use it for nothing that may wait. */
    void (*after)(struct task_context *context, const struct task *task, const struct job *jobs, size_t count,
                  int64_t took_us);
};

/* registry.c: all of them, ends with NULL. */
extern const struct task_middleware *const task_middlewares[];

#endif
