/* For operators: the queues and the workers as `purser queue` and `purser workers` show them, from the same
 * functions (queue/report.h). */
#include <inttypes.h>

#include "api/queue_call.h"
#include "api/reply.h"
#include "base/clock.h"
#include "base/json.h"
#include "queue/report.h"
#include "tasks/task.h"

static const char *report_all(const redisReply *reply, struct arena *arena, struct err *err)
{
    return report_queues(reply, arena, clock_wall_ms(), err);
}

void handle_admin_queues(struct request *request)
{
    if (request_refused(request))
        return;
    struct queue_call *call = queue_call_begin(request, "queues");
    call->report = report_all;
    queue_call_send(call);
}

static void on_queue(struct queue_call *call, const redisReply *reply)
{
    struct request *request = call->request;
    struct err err;
    const char *json = report_queues(reply, request->arena, clock_wall_ms(), &err);
    if (json == NULL) {
        reply_error(request, &err);
        return;
    }
    json_t *all = json_own(request->arena, json_loads(json, 0, NULL)), *queue;
    size_t index;
    json_array_foreach(json_object_get(all, "data"), index, queue)
    {
        if (str_equal(str_of(json_string_value(json_object_get(queue, "name"))), request->params[0])) {
            reply_json(request, 200, json_write(request->arena, queue));
            return;
        }
    }
    reply_problem(request, PROBLEM_NOT_FOUND, "no job was ever put into this queue");
}

void handle_admin_queue(struct request *request)
{
    if (request_refused(request))
        return;
    struct queue_call *call = queue_call_begin(request, "queues");
    call->done = on_queue;
    queue_call_send(call);
}

void handle_admin_workers(struct request *request)
{
    if (request_refused(request))
        return;
    struct queue_call *call = queue_call_begin(request, "nodes");
    call->report = report_nodes;
    redis_add_text(&call->args, "0");
    queue_call_send(call);
}

/* The name in the path, or NULL when no task's queue is called so and 404 was answered. */
static const char *queue_of(struct request *request)
{
    for (const struct task *const *task = tasks_all; *task != NULL; task++)
        if (str_equal(request->params[0], str_of((*task)->queue)))
            return (*task)->queue;
    reply_problem(request, PROBLEM_NOT_FOUND, "no task uses a queue of this name");
    return NULL;
}

static void on_controlled(struct queue_call *call, const redisReply *reply)
{
    if (reply->integer > 0)
        queue_call_send(call); /* jobs are still held back */
    else
        reply_empty(call->request, 204);
}

static void pause_queue(struct request *request, const char *value)
{
    const char *name = queue_of(request);
    if (name == NULL)
        return;
    struct queue_call *call = queue_call_begin(request, "control");
    call->done = on_controlled;
    redis_add_text(&call->args, arena_printf(request->arena, "pause:queue:%s", name));
    redis_add_text(&call->args, value);
    queue_call_send(call);
}

void handle_admin_queue_pause(struct request *request)
{
    pause_queue(request, "1");
}

void handle_admin_queue_resume(struct request *request)
{
    pause_queue(request, "");
}

static void on_drained(struct queue_call *call, const redisReply *reply)
{
    int64_t *total = call->state;
    *total += (int64_t)reply->elements;
    if (reply->elements > 0)
        queue_call_send(call);
    else
        reply_json(call->request, 200,
                   arena_printf(call->request->arena, "{\"cancelled\":%" PRId64 "}", *total));
}

void handle_admin_queue_drain(struct request *request)
{
    const char *name = queue_of(request);
    if (name == NULL)
        return;
    struct queue_call *call = queue_call_begin(request, "drain");
    call->done = on_drained;
    call->state = arena_alloc(request->arena, sizeof(int64_t));
    redis_add_text(&call->args, name);
    redis_add_text(&call->args, "1000");
    queue_call_send(call);
}
