#ifndef TASKS_ARGS_H
#define TASKS_ARGS_H

/* Reading a job's arguments. Wrong ones end the job dead, with the first fault as its reason: they would be
 * wrong again. */

#include "base/json.h"
#include "tasks/task.h"

/* Decodes the args by the table (base/json.h). -1: they are wrong, and the job's outcome says so. */
#define task_read_args(context, job, fields, out)                                                            \
    task_decode_args((context), (job), (fields), sizeof(fields) / sizeof *(fields), (out))
int task_decode_args(struct task_context *context, struct job *job, const struct json_field *fields,
                     size_t count, void *out) MUST_CHECK;

/* The job is dead of these faults, of which there is at least one. */
void task_refuse_args(struct task_context *context, struct job *job, const struct faults *faults);

#endif
