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

/* {NAME: [1..TASK_IDS_MAX ids]}, as the scheduler hands things over. */
enum { TASK_IDS_MAX = 500 };
struct str task_write_ids(struct arena *arena, const char *name, const struct id *ids, size_t count);

/* Whether args are of that form; for `validate`. */
void task_validate_ids(json_t *args, const char *name, struct arena *arena, struct faults *faults);

/* All ids of a batch's jobs, in the context's arena; gives how many. A job whose args are not of the form
 * ends dead and the others go on. */
size_t task_read_ids(struct task_context *context, struct job *jobs, size_t count, const char *name,
                     struct id **ids);

/* The job is dead of these faults, of which there is at least one. */
void task_refuse_args(struct task_context *context, struct job *job, const struct faults *faults);

#endif
