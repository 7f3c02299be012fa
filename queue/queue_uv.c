#include <stdlib.h>
#include <string.h>

#include "queue/library.h"
#include "queue/queue.h"
#include "queue/redis_uv.h"

/* The queue on a libuv loop. A connection counts as ready once the library is there. */

enum { TIMEOUT_MS = 5000 };

struct queue_uv {
    struct redis_uv *redis;
    struct queue_uv_events events;
    bool ready;
};

/* One call that waits for its reply. The arena holds the arguments, for a repetition, and what the reply
 * becomes. */
struct pending {
    struct queue_uv *queue;
    struct arena arena;
    struct redis_args args;
    size_t count;
    bool repeated;
    queue_call_done done_call;
    queue_put_done done_put;
    queue_states_done done_states;
    queue_ping_done done_ping;
    void *data;
};

static struct pending *pending_new(struct queue_uv *queue, void *data)
{
    struct pending *pending = calloc(1, sizeof *pending);
    if (pending == NULL)
        abort();
    pending->queue = queue;
    pending->data = data;
    arena_init(&pending->arena);
    return pending;
}

static void pending_free(struct pending *pending)
{
    arena_free(&pending->arena);
    free(pending);
}

/* Loading the library. */

static void on_loaded(void *data, const redisReply *reply, const struct err *err)
{
    struct queue_uv *queue = data;
    (void)reply;
    if (err != NULL) {
        redis_uv_restart(queue->redis, err->text);
        return;
    }
    if (queue->ready)
        return;
    queue->ready = true;
    if (queue->events.on_ready != NULL)
        queue->events.on_ready(queue->events.data);
}

static void send_library(struct queue_uv *queue)
{
    struct arena arena;
    struct redis_args args;
    struct err err;
    arena_init(&arena);
    redis_args_init(&args, &arena);
    redis_add_text(&args, "FUNCTION");
    redis_add_text(&args, "LOAD");
    redis_add_text(&args, "REPLACE");
    redis_add_text(&args, library_text(&arena));
    if (redis_uv_run(queue->redis, &args, on_loaded, queue, &err) != 0)
        redis_uv_restart(queue->redis, err.text);
    arena_free(&arena);
}

static void on_version(void *data, const redisReply *reply, const struct err *err)
{
    struct queue_uv *queue = data;
    struct arena arena;
    if (err != NULL && strstr(err->text, "Function not found") == NULL) {
        redis_uv_restart(queue->redis, err->text);
        return;
    }
    arena_init(&arena);
    struct str loaded =
        reply == NULL || reply->type != REDIS_REPLY_STRING ? STR("") : (struct str){reply->str, reply->len};
    bool needed = library_is_needed(loaded, &arena);
    arena_free(&arena);
    if (needed)
        send_library(queue);
    else
        on_loaded(queue, reply, NULL);
}

static void on_ready(void *data)
{
    struct queue_uv *queue = data;
    struct arena arena;
    struct redis_args args;
    struct err err;
    arena_init(&arena);
    queue_call_init(&args, &arena, "version");
    if (redis_uv_run(queue->redis, &args, on_version, queue, &err) != 0)
        redis_uv_restart(queue->redis, err.text);
    arena_free(&arena);
}

static void on_lost(void *data, const struct err *why)
{
    struct queue_uv *queue = data;
    queue->ready = false;
    if (queue->events.on_lost != NULL)
        queue->events.on_lost(queue->events.data, why);
}

struct queue_uv *queue_uv_open(uv_loop_t *loop, const char *url, const struct queue_uv_events *events,
                               struct err *err)
{
    struct redis_address address;
    if (redis_parse_url(url, &address, err) != 0)
        return NULL;
    struct queue_uv *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        abort();
    if (events != NULL)
        queue->events = *events;
    queue->redis =
        redis_uv_open(loop, &address, TIMEOUT_MS, &(struct redis_uv_events){on_ready, on_lost, queue});
    return queue;
}

void queue_uv_close(struct queue_uv *queue)
{
    if (queue == NULL)
        return;
    redis_uv_close(queue->redis);
    free(queue);
}

static const char *trouble_of(const struct queue_uv *queue)
{
    if (queue->ready)
        return "";
    const char *trouble = redis_uv_trouble(queue->redis);
    return trouble[0] != '\0' ? trouble : "Redis is not connected yet";
}

void queue_uv_restart(struct queue_uv *queue, const char *why)
{
    redis_uv_restart(queue->redis, why);
}

/* Calls. */

static void give_error(struct pending *pending, const struct err *err)
{
    if (pending->done_put != NULL)
        pending->done_put(pending->data, NULL, err);
    else if (pending->done_states != NULL)
        pending->done_states(pending->data, NULL, 0, err);
    else if (pending->done_ping != NULL)
        pending->done_ping(pending->data, err);
    else if (pending->done_call != NULL)
        pending->done_call(pending->data, NULL, err);
}

static void give_reply(struct pending *pending, const redisReply *reply)
{
    struct err err = {0};
    if (pending->done_put != NULL) {
        struct put_result result;
        if (queue_read_put(reply, pending->count, &pending->arena, &result, &err) != 0)
            give_error(pending, &err);
        else
            pending->done_put(pending->data, &result, NULL);
    } else if (pending->done_states != NULL) {
        struct live_state *states = arena_array(&pending->arena, pending->count, sizeof *states);
        if (queue_read_states(reply, pending->count, states, &err) != 0)
            give_error(pending, &err);
        else
            pending->done_states(pending->data, states, pending->count, NULL);
    } else if (pending->done_ping != NULL) {
        pending->done_ping(pending->data, NULL);
    } else if (pending->done_call != NULL) {
        pending->done_call(pending->data, reply, NULL);
    }
}

static void on_done(void *data, const redisReply *reply, const struct err *err)
{
    struct pending *pending = data;
    struct err again;
    if (err != NULL && !pending->repeated && strstr(err->text, "Function not found") != NULL) {
        /* Someone flushed the functions. Redis answers in order: the library is there when the repetition
         * comes. */
        pending->repeated = true;
        send_library(pending->queue);
        if (redis_uv_run(pending->queue->redis, &pending->args, on_done, pending, &again) == 0)
            return;
    }
    if (err != NULL)
        give_error(pending, err);
    else
        give_reply(pending, reply);
    pending_free(pending);
}

static int start(struct pending *pending, struct err *err)
{
    int result = pending->queue->ready
                     ? redis_uv_run(pending->queue->redis, &pending->args, on_done, pending, err)
                     : err_set(err, ERR_RETRY, "%s", trouble_of(pending->queue));
    if (result != 0)
        pending_free(pending);
    return result;
}

int queue_put_uv(struct queue_uv *queue, const struct job *jobs, size_t count, bool bounded,
                 queue_put_done done, void *data, struct err *err)
{
    struct pending *pending = pending_new(queue, data);
    pending->done_put = done;
    pending->count = count;
    if (queue_put_args(&pending->args, &pending->arena, jobs, count, bounded, err) != 0) {
        pending_free(pending);
        return -1;
    }
    return start(pending, err);
}

int queue_put_envelopes_uv(struct queue_uv *queue, const struct str *envelopes, size_t count, bool bounded,
                           queue_put_done done, void *data, struct err *err)
{
    struct pending *pending = pending_new(queue, data);
    pending->done_put = done;
    pending->count = count;
    if (queue_put_args(&pending->args, &pending->arena, NULL, 0, bounded, err) != 0) {
        pending_free(pending);
        return -1;
    }
    for (size_t i = 0; i < count; i++)
        redis_add(&pending->args, arena_memdup(&pending->arena, envelopes[i].data, envelopes[i].size),
                  envelopes[i].size);
    return start(pending, err);
}

int queue_ping_uv(struct queue_uv *queue, queue_ping_done done, void *data, struct err *err)
{
    struct pending *pending = pending_new(queue, data);
    pending->done_ping = done;
    redis_args_init(&pending->args, &pending->arena);
    redis_add_text(&pending->args, "PING");
    return start(pending, err);
}

int queue_states_uv(struct queue_uv *queue, const struct id *ids, size_t count, queue_states_done done,
                    void *data, struct err *err)
{
    struct pending *pending = pending_new(queue, data);
    pending->done_states = done;
    pending->count = count;
    queue_call_init(&pending->args, &pending->arena, "states");
    for (size_t i = 0; i < count; i++)
        redis_add_id(&pending->args, &ids[i]);
    return start(pending, err);
}

int queue_call_uv(struct queue_uv *queue, const struct redis_args *args, queue_call_done done, void *data,
                  struct err *err)
{
    struct pending *pending = pending_new(queue, data);
    pending->done_call = done;
    redis_args_init(&pending->args, &pending->arena);
    for (size_t i = 0; i < args->count; i++)
        redis_add(&pending->args, arena_memdup(&pending->arena, args->values[i], args->sizes[i]),
                  args->sizes[i]);
    return start(pending, err);
}
