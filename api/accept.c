#include "api/accept.h"

#include <stdlib.h>

#include "api/api.h"
#include "api/figures.h"
#include "api/reply.h"
#include "api/room.h"
#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "queue/queue.h"

enum { RETRY_AFTER_S = 2 };

bool accept_has_room(struct request *request, const struct task *task)
{
    if (room_take(request->api->room, task->queue))
        return true;
    reply_retry_after(request, PROBLEM_BUSY, RETRY_AFTER_S, "too much work waits already");
    return false;
}

struct job accept_job(const struct request *request, const struct task *task, const char *lane,
                      const char *args)
{
    return (struct job){
        .id = request->id,
        .task = task->name,
        .queue = task->queue,
        .lane = lane,
        .unique = "",
        .traceparent = request->traceparent,
        .enqueued_at_ms = request->now_ms,
        .args = str_of(args),
    };
}

struct put {
    struct api *api;
    size_t count;
};

static void count_put(struct api *api, const char *result, size_t count)
{
    metrics_add(&api->metrics, FIGURE_PUTS, result, (double)count);
}

static void on_put(void *data, const struct put_result *result, const struct err *err)
{
    struct put *put = data;
    (void)result;
    crash_point("api_put");
    count_put(put->api, err == NULL ? "result=\"taken\"" : "result=\"failed\"", put->count);
    if (err != NULL)
        log_warn("put_failed", LOG_TEXT("error", err->text));
    free(put);
}

void accept_put(struct api *api, const struct str *envelopes, size_t count)
{
    struct err err;
    struct put *put = malloc(sizeof *put);
    if (put == NULL)
        abort();
    *put = (struct put){api, count};
    crash_point("api_before_put");
    if (queue_put_envelopes_uv(api->queue, envelopes, count, false, on_put, put, &err) == 0)
        return;
    count_put(api, "result=\"failed\"", count);
    log_debug("put_left_to_relay", LOG_TEXT("error", err.text));
    free(put);
}

const char *accept_json(struct request *request, const struct job *job)
{
    char id[ID_TEXT_SIZE], time[CLOCK_TEXT_SIZE];
    id_format(&job->id, id);
    clock_format(job->enqueued_at_ms, time);
    return arena_printf(request->arena,
                        "{\"id\":\"%s\",\"task\":\"%s\",\"state\":\"queued\",\"attempt\":0,"
                        "\"progress\":{\"done\":null,\"total\":null},\"result\":null,\"error\":null,"
                        "\"enqueued_at\":\"%s\",\"started_at\":null,\"finished_at\":null}",
                        id, job->task, time);
}
