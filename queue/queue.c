#include "queue/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/settings.h"
#include "queue/library.h"

/* What both sides share: arguments and replies. */

const char *queue_key(struct arena *arena, const char *name)
{
    return arena_printf(arena, "{%s}:%s", settings.queue_shard == NULL ? "purser" : settings.queue_shard,
                        name);
}

void queue_call_init(struct redis_args *args, struct arena *arena, const char *name)
{
    redis_args_init(args, arena);
    redis_add_text(args, "FCALL");
    redis_add_text(args, arena_printf(arena, "purser_%s", name));
    redis_add_text(args, "1");
    redis_add_text(args, queue_key(arena, "job"));
}

static void start_put(struct redis_args *args, struct arena *arena, bool bounded)
{
    queue_call_init(args, arena, "put");
    redis_add_int(args, clock_wall_ms());
    redis_add_text(args, bounded ? "1" : "0");
}

static int check_count(size_t count, struct err *err)
{
    if (count > QUEUE_PUT_MAX)
        return err_set(err, ERR_BUG, "a put of %zu jobs; at most %d", count, QUEUE_PUT_MAX);
    return 0;
}

int queue_put_args(struct redis_args *args, struct arena *arena, const struct job *jobs, size_t count,
                   bool bounded, struct err *err)
{
    if (check_count(count, err) != 0)
        return -1;
    start_put(args, arena, bounded);
    struct buf *all = buf_new(arena, (size_t)JOB_ENVELOPE_MAX * (count + 1));
    size_t *ends = arena_array(arena, count, sizeof *ends);
    for (size_t i = 0; i < count; i++) {
        if (job_encode(&jobs[i], all, err) != 0)
            return -1;
        ends[i] = all->size;
    }
    for (size_t i = 0, start = 0; i < count; start = ends[i++])
        redis_add(args, all->data + start, ends[i] - start);
    return 0;
}

static int unexpected(const char *name, struct err *err)
{
    return err_set(err, ERR_BUG, "Redis answered purser_%s in a form that this program does not know", name);
}

int queue_read_put(const redisReply *reply, size_t count, struct arena *arena, struct put_result *result,
                   struct err *err)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        reply->element[0]->type != REDIS_REPLY_STRING || reply->element[0]->len != count ||
        reply->element[1]->type != REDIS_REPLY_ARRAY)
        return unexpected("put", err);
    const redisReply *holders = reply->element[1];
    struct id *ids = arena_array(arena, holders->elements, sizeof *ids);
    for (size_t i = 0; i < holders->elements; i++)
        if (id_parse((struct str){holders->element[i]->str, holders->element[i]->len}, &ids[i]) != 0)
            ids[i] = (struct id){{0}}; /* someone put a key there by hand */
    *result = (struct put_result){reply->element[0]->str, count, ids, holders->elements};
    return 0;
}

int queue_read_states(const redisReply *reply, size_t count, struct live_state *states, struct err *err)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != count * 3)
        return unexpected("states", err);
    for (size_t i = 0; i < count; i++) {
        const redisReply *state = reply->element[i * 3];
        states[i] = (struct live_state){.attempt = (int)reply->element[i * 3 + 1]->integer,
                                        .at_ms = reply->element[i * 3 + 2]->integer};
        if (state->len == 0)
            continue;
        if (job_state_find((struct str){state->str, state->len}, &states[i].state) != 0)
            return unexpected("states", err);
        states[i].known = true;
    }
    return 0;
}

/* The blocking side. */

struct queue {
    struct redis *redis;
    int generation; /* of the connection that the library was last looked for on */
};

static int load_library(struct queue *queue, struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    struct redis_args args;
    queue_call_init(&args, &arena, "version");
    struct err first = {0};
    const redisReply *reply = redis_run(queue->redis, &arena, &args, &first);
    struct str loaded =
        reply == NULL || reply->type != REDIS_REPLY_STRING ? STR("") : (struct str){reply->str, reply->len};
    int result = 0;
    if (library_is_needed(loaded, &arena)) {
        redis_args_init(&args, &arena);
        redis_add_text(&args, "FUNCTION");
        redis_add_text(&args, "LOAD");
        redis_add_text(&args, "REPLACE");
        redis_add_text(&args, library_text(&arena));
        result = redis_run(queue->redis, &arena, &args, err) == NULL
                     ? err_wrap(err, "loading the queue's functions")
                     : 0;
    }
    if (result == 0)
        queue->generation = redis_generation(queue->redis);
    arena_free(&arena);
    return result;
}

struct queue *queue_open(const char *url, struct err *err)
{
    enum { TIMEOUT_MS = 10000 };
    struct redis_address address;
    if (redis_parse_url(url, &address, err) != 0)
        return NULL;
    struct queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        abort();
    queue->redis = redis_open(&address, TIMEOUT_MS, err);
    if (queue->redis == NULL || load_library(queue, err) != 0) {
        queue_close(queue);
        return NULL;
    }
    return queue;
}

void queue_close(struct queue *queue)
{
    if (queue == NULL)
        return;
    redis_close(queue->redis);
    free(queue);
}

int queue_generation(const struct queue *queue)
{
    return redis_generation(queue->redis);
}

const redisReply *queue_command(struct queue *queue, const struct redis_args *args, struct err *err)
{
    return redis_run(queue->redis, args->arena, args, err);
}

const redisReply *queue_call(struct queue *queue, const struct redis_args *args, struct err *err)
{
    struct err first = {0};
    const redisReply *reply = redis_run(queue->redis, args->arena, args, &first);
    if (reply == NULL && strstr(first.text, "Function not found") != NULL) {
        if (load_library(queue, err) != 0)
            return NULL;
        return redis_run(queue->redis, args->arena, args, err);
    }
    if (reply == NULL && err != NULL)
        *err = first;
    return reply;
}

int queue_put(struct queue *queue, struct arena *arena, const struct job *jobs, size_t count, bool bounded,
              struct put_result *result, struct err *err)
{
    struct redis_args args;
    if (queue_put_args(&args, arena, jobs, count, bounded, err) != 0)
        return -1;
    const redisReply *reply = queue_call(queue, &args, err);
    return reply == NULL ? -1 : queue_read_put(reply, count, arena, result, err);
}

int queue_put_envelopes(struct queue *queue, struct arena *arena, const struct str *envelopes, size_t count,
                        bool bounded, struct put_result *result, struct err *err)
{
    struct redis_args args;
    if (check_count(count, err) != 0)
        return -1;
    start_put(&args, arena, bounded);
    for (size_t i = 0; i < count; i++)
        redis_add_str(&args, envelopes[i]);
    const redisReply *reply = queue_call(queue, &args, err);
    return reply == NULL ? -1 : queue_read_put(reply, count, arena, result, err);
}

int queue_states(struct queue *queue, struct arena *arena, const struct id *ids, size_t count,
                 struct live_state *states, struct err *err)
{
    struct redis_args args;
    if (count == 0)
        return 0;
    queue_call_init(&args, arena, "states");
    for (size_t i = 0; i < count; i++)
        redis_add_id(&args, &ids[i]);
    const redisReply *reply = queue_call(queue, &args, err);
    return reply == NULL ? -1 : queue_read_states(reply, count, states, err);
}
