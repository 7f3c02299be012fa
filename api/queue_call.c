#include "api/queue_call.h"

#include <string.h>

#include "api/api.h"
#include "api/reply.h"

static void on_called(void *data, const redisReply *reply, const struct err *failed)
{
    struct queue_call *call = data;
    struct request *request = call->request;
    struct err err;
    if (failed != NULL) {
        reply_error(request, failed);
        return;
    }
    if (call->done != NULL) {
        call->done(call, reply);
        return;
    }
    const char *json = call->report(reply, request->arena, &err);
    if (json == NULL)
        reply_error(request, &err);
    else if (strcmp(json, "null") == 0)
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    else
        reply_json(request, 200, json);
}

struct queue_call *queue_call_begin(struct request *request, const char *name)
{
    struct queue_call *call = arena_alloc(request->arena, sizeof *call);
    call->request = request;
    queue_call_init(&call->args, request->arena, name);
    return call;
}

void queue_call_send(struct queue_call *call)
{
    struct err err;
    if (queue_call_uv(call->request->api->queue, &call->args, on_called, call, &err) != 0)
        reply_error(call->request, &err);
}
