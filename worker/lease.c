#include "worker/dispatcher.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/settings.h"

enum { READY_MAX_MS = 1000, THOROUGH_MS = 30000 };

static struct str text_of(const redisReply *reply)
{
    return (struct str){reply->str, reply->len};
}

/* The lease. */

static void cancel_running(struct dispatcher *dispatcher, struct str id)
{
    for (struct batch *batch = dispatcher->ready.first; batch != NULL; batch = batch->next)
        for (size_t i = 0; i < batch->count; i++)
            if (str_equal(str_of(batch->flights[i].id), id))
                batch->flights[i].cancelled = true;
    for (struct worker_child *child = dispatcher->children.list; child != NULL; child = child->next) {
        struct batch *batch = child->work;
        for (size_t i = 0; batch != NULL && i < batch->count; i++)
            if (str_equal(str_of(batch->flights[i].id), id)) {
                batch->flights[i].cancelled = true;
                children_kill(child, KILL_CANCEL);
            }
    }
}

static void on_beaten(void *data, const redisReply *reply, const struct err *err)
{
    struct dispatcher *dispatcher = data;
    if (err != NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements < 1)
        return;
    for (size_t i = 1; i < reply->elements; i++)
        cancel_running(dispatcher, text_of(reply->element[i]));
    int64_t due_at_ms = reply->element[0]->integer;
    if (due_at_ms >= 0 && due_at_ms != dispatcher->due_at_ms)
        dispatcher_set_due(dispatcher, due_at_ms);
    dispatcher_think(dispatcher);
}

/* A claim ahead that no child came free for goes back: another worker may have time. */
void lease_return_stale(struct dispatcher *dispatcher)
{
    struct batches kept = {0};
    struct batch *batch;
    int64_t now_ms = clock_mono_ms();
    while ((batch = batches_pop(&dispatcher->ready)) != NULL) {
        if (!dispatcher->quiet && now_ms - batch->claimed_ms < READY_MAX_MS) {
            batches_push(&kept, batch);
            continue;
        }
        dispatcher->batch_ms = (double)settings.prefetch_below_ms * 2; /* not again until batches are short */
        settle_give_back(dispatcher, batch, "back", "");
    }
    dispatcher->ready = kept;
}

void lease_on_time(uv_timer_t *timer)
{
    struct dispatcher *dispatcher = timer->data;
    struct arena arena;
    struct redis_args args;
    struct err err;
    lease_return_stale(dispatcher);
    if (!dispatcher->connected || dispatcher->leaving)
        return;
    /* The timer counts on while the time of day was put forward, or the machine slept: it is set anew. */
    if (dispatcher->due_at_ms != 0)
        dispatcher_set_due(dispatcher, dispatcher->due_at_ms);
    int busy = children_count(&dispatcher->children, CHILD_BUSY);
    bool holds = busy > 0 || dispatcher->ready.count > 0;
    /* Who holds nothing has nothing to lose with its lease: before it ends is enough. */
    int64_t now_ms = clock_mono_ms();
    if (!holds && now_ms - dispatcher->beat_at_ms < settings.lease_ms * 2 / 3 && dispatcher->info[0] != '\0')
        return;
    bool is_first = dispatcher->beat_at_ms == 0;
    dispatcher->beat_at_ms = now_ms;
    /* Now and then it tells and asks what is known already: Redis may have lost it. */
    bool is_thorough = !is_first && now_ms >= dispatcher->thorough_at_ms;
    if (is_first || is_thorough)
        dispatcher->thorough_at_ms = now_ms + THOROUGH_MS;
    char info[sizeof dispatcher->info];
    snprintf(info, sizeof info, "{\"pid\":%d,\"children\":%" PRId64 ",\"busy\":%d,\"quiet\":%s}",
             (int)getpid(), settings.workers, busy, dispatcher->quiet ? "true" : "false");
    if (is_thorough)
        dispatcher_wake(dispatcher);
    bool is_news = is_thorough || strcmp(info, dispatcher->info) != 0;
    memcpy(dispatcher->info, info, sizeof info);
    arena_init(&arena);
    queue_call_init(&args, &arena, "beat");
    redis_add_text(&args, dispatcher->node);
    redis_add_int(&args, clock_wall_ms());
    redis_add_text(&args, "0");
    redis_add_int(&args, settings.lease_ms);
    redis_add_text(&args, holds ? "1" : "0");
    redis_add_text(&args, holds || is_thorough ? "1" : "0");
    redis_add_text(&args, is_news ? info : "");
    (void)!queue_call_uv(dispatcher->queue, &args, on_beaten, dispatcher, &err);
    arena_free(&arena);
}
