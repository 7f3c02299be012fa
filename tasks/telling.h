#ifndef TASKS_TELLING_H
#define TASKS_TELLING_H

/* What the tasks that tell a person something by mail or webhook share: they work one job after another under
 * the installation's secret key, and keep a person's quiet hours. */

#include "base/seal.h"
#include "tasks/task.h"

/* Runs `one` for each job that is not done yet. -1 with err when the key can't be read or one gives -1. */
int telling_run_each(struct task_context *context, struct job *jobs, size_t count,
                     int (*one)(struct task_context *context, const struct seal_key *key, struct job *job,
                                struct err *err),
                     struct err *err) MUST_CHECK;

/* True in the person's quiet hours: the job then snoozes until they end. from and to are minutes of the local
 * day as table notification has them (ledger/notifications.h). */
bool telling_waits(const struct task_context *context, struct job *job, const char *timezone, int64_t from,
                   int64_t to);

#endif
