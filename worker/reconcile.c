#include "worker/dispatcher.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static struct str text_of(const redisReply *reply)
{
    return (struct str){reply->str, reply->len};
}

/* Coming back: what Redis says that we hold against what we know. */

static bool is_with_child(const struct dispatcher *dispatcher, struct str id)
{
    for (const struct worker_child *child = dispatcher->children.list; child != NULL; child = child->next)
        if (child->work != NULL && batch_holds(child->work, id))
            return true;
    return false;
}

static bool is_in_reply(const redisReply *reply, struct str id)
{
    for (size_t i = 1; i + 1 < reply->elements; i += 2)
        if (str_equal(text_of(reply->element[i]), id))
            return true;
    return false;
}

/* Batches that wait here but are ours no longer: their lease ran out, or Redis forgot them. */
static void drop_lost_batches(struct dispatcher *dispatcher, const redisReply *holding)
{
    struct batches kept = {0};
    struct batch *batch;
    while ((batch = batches_pop(&dispatcher->ready)) != NULL) {
        size_t count = 0;
        for (size_t i = 0; i < batch->count; i++)
            if (is_in_reply(holding, str_of(batch->flights[i].id)))
                batch->flights[count++] = batch->flights[i];
        batch->count = count;
        if (count > 0)
            batches_push(&kept, batch);
        else
            batch_free(batch);
    }
    dispatcher->ready = kept;
}

/* Those that were sent before a swap that took effect took effect too: Redis answers in order. */
static void drop_applied_givebacks(struct dispatcher *dispatcher, int64_t applied_seq)
{
    struct giveback **at = &dispatcher->givebacks;
    while (*at != NULL) {
        struct giveback *giveback = *at;
        if (giveback->seq == 0 || giveback->seq >= applied_seq) {
            at = &giveback->next;
            continue;
        }
        *at = giveback->next;
        arena_free(&giveback->arena);
        free(giveback);
    }
}

static void on_holding(void *data, const redisReply *reply, const struct err *err)
{
    struct dispatcher *dispatcher = data;
    int64_t applied = 0;
    if (err != NULL)
        return; /* on_ready comes again */
    struct str seq = text_of(reply->element[0]);
    if (seq.size > 0 && str_to_int(seq, &applied) != 0)
        applied = 0;
    if (applied == dispatcher->seq) {
        acks_reset(&dispatcher->sent);
        drop_applied_givebacks(dispatcher, applied);
    } else {
        acks_move(&dispatcher->pending, &dispatcher->sent);
    }
    drop_lost_batches(dispatcher, reply);
    for (size_t i = 1; i + 1 < reply->elements; i += 2) {
        struct str id = text_of(reply->element[i]), envelope = text_of(reply->element[i + 1]);
        bool is_known = acks_hold(&dispatcher->pending, id) || batches_hold(&dispatcher->ready, id) ||
                        is_with_child(dispatcher, id) || settle_gives_back(dispatcher, id);
        if (!is_known)
            settle_claimed(dispatcher, id, envelope);
    }
    dispatcher->connected = true;
    dispatcher->info[0] = '\0'; /* the next beat tells who we are */
    metrics_add(&dispatcher->metrics, FIGURE_RECONNECTS, "", 1);
    settle_send_givebacks(dispatcher);
    dispatcher_wake(dispatcher);
    dispatcher_on_idle(dispatcher);
}

void reconcile_on_ready(void *data)
{
    struct dispatcher *dispatcher = data;
    struct arena arena;
    struct redis_args args;
    struct err err;
    arena_init(&arena);
    queue_call_init(&args, &arena, "holding");
    redis_add_text(&args, dispatcher->node);
    if (queue_call_uv(dispatcher->queue, &args, on_holding, dispatcher, &err) != 0)
        queue_uv_restart(dispatcher->queue, err.text);
    arena_free(&arena);
}

void reconcile_on_lost(void *data, const struct err *why)
{
    struct dispatcher *dispatcher = data;
    if (dispatcher->connected || !dispatcher->said_lost)
        log_warn("redis_lost", LOG_TEXT("error", why->text));
    dispatcher->said_lost = true;
    dispatcher->connected = false;
    dispatcher->swapping = false;
    dispatcher_think(dispatcher);
}
