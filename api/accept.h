#ifndef API_ACCEPT_H
#define API_ACCEPT_H

/* Work for the queue: its row is written with the data it belongs to by the handler's own statement, then its
 * envelope is put in Redis. A put that fails is only late: the relay puts what Redis lacks. */

#include "api/request.h"
#include "queue/job.h"
#include "tasks/task.h"

/* False, and 503 with Retry-After was answered, when the task's queue is full. Asked before anything is
 * written; work that is accepted is put however full the queue is. */
bool accept_has_room(struct request *request, const struct task *task) MUST_CHECK;

/* A job of `task` with the request's id, now, and traceparent. lane: "" or the user. args: JSON text. */
struct job accept_job(const struct request *request, const struct task *task, const char *lane,
                      const char *args);

/* Puts envelopes whose rows are committed; returns at once. */
void accept_put(struct api *api, const struct str *envelopes, size_t count);

/* "{"id":…,"task":…,"state":"queued", …}": a job that was accepted this moment, as GET /v1/jobs/ID shows it.
 */
const char *accept_json(struct request *request, const struct job *job);

#endif
