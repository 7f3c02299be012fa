/* Is it there? GET /healthz (the process), /readyz and /health (what stands behind it). */
#include <string.h>

#include "api/api.h"
#include "api/reply.h"
#include "base/version.h"
#include "queue/queue.h"

void handle_health_alive(struct request *request)
{
    reply_json(request, 200, "{\"status\":\"ok\"}");
}

/* What was found out so far. */
struct checkup {
    struct request *request;
    const char *postgresql, *redis; /* "ok" or what is wrong */
};

static void report(struct checkup *checkup)
{
    struct request *request = checkup->request;
    bool good = strcmp(checkup->postgresql, "ok") == 0 && strcmp(checkup->redis, "ok") == 0 &&
                !request->api->draining;
    const char *text =
        arena_printf(request->arena, "{\"status\":\"%s\",\"version\":\"%s\",\"postgresql\":%s,\"redis\":%s}",
                     request->api->draining ? "draining"
                     : good                 ? "ok"
                                            : "degraded",
                     PURSER_VERSION, json_quote(request->arena, str_of(checkup->postgresql)),
                     json_quote(request->arena, str_of(checkup->redis)));
    reply_json(request, good ? 200 : 503, text);
}

static void on_redis(void *data, const struct err *err)
{
    struct checkup *checkup = data;
    checkup->redis = err == NULL ? "ok" : arena_strdup(checkup->request->arena, err->text);
    report(checkup);
}

static void on_postgresql(void *arg, struct db_answer *answer)
{
    struct checkup *checkup = arg;
    struct request *request = checkup->request;
    struct err err;
    checkup->postgresql = answer->result == 0 ? "ok" : arena_strdup(request->arena, answer->err.text);
    if (queue_ping_uv(request->api->queue, on_redis, checkup, &err) == 0)
        return;
    checkup->redis = arena_strdup(request->arena, err.text);
    report(checkup);
}

void handle_health_ready(struct request *request)
{
    struct checkup *checkup = arena_alloc(request->arena, sizeof *checkup);
    checkup->request = request;
    db_pool_run(request->api->pool, &sql_ping, request_params(request), on_postgresql, checkup);
}
