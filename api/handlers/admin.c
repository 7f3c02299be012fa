/* For operators: what `purser queue`, `workers` and `dead` show, from the same functions (queue/report.h). */
#include <string.h>

#include "api/api.h"
#include "api/reply.h"
#include "base/clock.h"
#include "queue/report.h"

struct call {
    struct request *request;
    const char *(*report)(const redisReply *reply, struct arena *arena, struct err *err);
    bool is_control; /* 204, and called again until nothing is held back */
    struct redis_args args;
};

static const char *queues_now(const redisReply *reply, struct arena *arena, struct err *err)
{
    return report_queues(reply, arena, clock_wall_ms(), err);
}

static void send_call(struct call *call);

static void on_called(void *data, const redisReply *reply, const struct err *failed)
{
    struct call *call = data;
    struct request *request = call->request;
    struct err err;
    if (failed != NULL) {
        reply_error(request, failed);
    } else if (call->is_control) {
        if (reply->integer > 0)
            send_call(call);
        else
            reply_empty(request, 204);
    } else {
        const char *json = call->report(reply, request->arena, &err);
        if (json == NULL)
            reply_error(request, &err);
        else if (strcmp(json, "null") == 0)
            reply_problem(request, PROBLEM_NOT_FOUND,
                          "Redis does not have this job: it has ended, or waits to be put");
        else
            reply_json(request, 200, json);
    }
}

static void send_call(struct call *call)
{
    struct err err;
    if (queue_call_uv(call->request->api->queue, &call->args, on_called, call, &err) != 0)
        reply_error(call->request, &err);
}

static struct call *begin(struct request *request, const char *name,
                          const char *(*report)(const redisReply *, struct arena *, struct err *))
{
    struct call *call = arena_alloc(request->arena, sizeof *call);
    *call = (struct call){.request = request, .report = report};
    queue_call_init(&call->args, request->arena, name);
    return call;
}

void handle_admin_queues(struct request *request)
{
    if (!request_refused(request))
        send_call(begin(request, "queues", queues_now));
}

void handle_admin_workers(struct request *request)
{
    if (request_refused(request))
        return;
    struct call *call = begin(request, "nodes", report_nodes);
    redis_add_text(&call->args, "0");
    send_call(call);
}

void handle_admin_dead(struct request *request)
{
    int64_t limit = 50, offset = 0;
    request_query_int(request, "limit", 1, 500, &limit);
    request_query_int(request, "offset", 0, 1000000, &offset);
    if (request_refused(request))
        return;
    struct call *call = begin(request, "dead", report_dead);
    redis_add_int(&call->args, offset);
    redis_add_int(&call->args, limit);
    send_call(call);
}

void handle_admin_explain(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) != 0)
        return;
    if (request_refused(request))
        return;
    struct call *call = begin(request, "explain", report_explain);
    redis_add_int(&call->args, clock_wall_ms());
    redis_add_id(&call->args, &job);
    send_call(call);
}

static const char queue_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

static void pause_queue(struct request *request, const char *value)
{
    struct str name = request->params[0];
    struct call *call = begin(request, "control", NULL);
    if (name.size == 0 || name.size > JOB_NAME_MAX ||
        strspn(arena_memdup(request->arena, name.data, name.size), queue_chars) != name.size) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
        return;
    }
    call->is_control = true;
    redis_add_text(&call->args, arena_printf(request->arena, "pause:queue:%.*s", (int)name.size, name.data));
    redis_add_text(&call->args, value);
    send_call(call);
}

void handle_admin_queue_pause(struct request *request)
{
    pause_queue(request, "1");
}

void handle_admin_queue_resume(struct request *request)
{
    pause_queue(request, "");
}

static void on_retried(void *data, const redisReply *reply, const struct err *failed)
{
    (void)reply;
    (void)failed; /* the row is revived: when Redis did not hear of it, the relay puts the job */
    reply_empty(data, 204);
}

static void on_revived(void *data, struct db_answer *answer)
{
    struct call *call = data;
    struct err err;
    if (answer->result != 0)
        reply_error(call->request, &answer->err);
    else if (answer->rows.count == 0)
        reply_problem(call->request, PROBLEM_NOT_FOUND, "there is no dead job of this id");
    else if (queue_call_uv(call->request->api->queue, &call->args, on_retried, call->request, &err) != 0)
        on_retried(call->request, NULL, &err);
}

void handle_admin_dead_retry(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) != 0)
        return;
    struct call *call = begin(request, "dead_retry", NULL);
    redis_add_int(&call->args, clock_wall_ms());
    redis_add_id(&call->args, &job);
    struct db_params *params = request_params(request);
    db_add_ids(params, &job, NULL, 1);
    db_pool_run(request->api->pool, &sql_job_revive, params, on_revived, call);
}
