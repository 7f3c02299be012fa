#include "worker/dispatcher.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/settings.h"
#include "worker/wire.h"

enum { BELL_S = 30, BELL_TIMEOUT_MS = 40000, SLOTS_MAX = 512 };

/* Children. */

static void observe_latency(struct dispatcher *dispatcher, const struct batch *batch)
{
    char labels[96];
    int64_t now_ms = clock_wall_ms();
    snprintf(labels, sizeof labels, "task=\"%s\"", batch->task->name);
    for (size_t i = 0; i < batch->count; i++)
        metrics_observe(&dispatcher->metrics, FIGURE_LATENCY, labels,
                        (double)(now_ms - batch->flights[i].due_at_ms) / 1000);
}

/* Takes out the jobs that were cancelled, or whose deadline passed, while they waited here. */
static void drop_ended(struct dispatcher *dispatcher, struct batch *batch)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (!settle_ended(dispatcher, batch->task, str_of(batch->flights[i].id), batch->flights[i].cancelled,
                          batch->flights[i].deadline_ms))
            batch->flights[kept++] = batch->flights[i];
    batch->count = kept;
}

static void hand_out(struct dispatcher *dispatcher)
{
    struct worker_child *child;
    while (dispatcher->ready.count > 0 && (child = children_idle(&dispatcher->children)) != NULL) {
        struct batch *batch = batches_pop(&dispatcher->ready);
        drop_ended(dispatcher, batch);
        if (batch->count == 0) {
            batch_free(batch);
            continue;
        }
        struct buf frame;
        buf_init(&frame, WIRE_LIMIT);
        batch_write(batch, &frame);
        observe_latency(dispatcher, batch);
        settle_begin(dispatcher, batch);
        children_run(child, &frame, batch, batch->task->timeout_ms);
        buf_free(&frame);
        crash_point("dispatcher_handed_out");
    }
}

void dispatcher_on_idle(void *data)
{
    struct dispatcher *dispatcher = data;
    if (!dispatcher->said_ready && dispatcher->connected) {
        dispatcher->said_ready = true;
        log_info("ready", LOG_TEXT("node", dispatcher->node));
    }
    hand_out(dispatcher);
    dispatcher_think(dispatcher);
}

static int wanted_slots(struct dispatcher *dispatcher)
{
    if (dispatcher->quiet)
        return 0;
    int idle = children_free(&dispatcher->children);
    int slots = idle - dispatcher->ready.count;
    if (dispatcher->batch_ms < (double)settings.prefetch_below_ms)
        slots += children_count(&dispatcher->children, CHILD_BUSY) + idle;
    return slots > dispatcher->slots_max ? dispatcher->slots_max : slots < 0 ? 0 : slots;
}

/* Swap. */

static void on_due(uv_timer_t *timer)
{
    struct dispatcher *dispatcher = timer->data;
    dispatcher_wake(dispatcher);
}

void dispatcher_set_due(struct dispatcher *dispatcher, int64_t due_at_ms)
{
    dispatcher->due_at_ms = due_at_ms;
    if (due_at_ms == 0) {
        uv_timer_stop(&dispatcher->due_timer);
        return;
    }
    int64_t wait_ms = due_at_ms - clock_wall_ms();
    uv_update_time(dispatcher->loop);
    uv_timer_start(&dispatcher->due_timer, on_due, wait_ms < 1 ? 1 : (uint64_t)wait_ms, 0);
}

static struct str text_of(const redisReply *reply)
{
    return (struct str){reply->str, reply->len};
}

static void read_claims(struct dispatcher *dispatcher, const redisReply *reply)
{
    size_t at = 3;
    int slot = 0;
    while (at + 2 <= reply->elements) {
        struct str queue = text_of(reply->element[at]);
        size_t jobs = (size_t)reply->element[at + 1]->integer;
        at += 2;
        for (size_t i = 0; i < jobs && at + 2 <= reply->elements; i++, at += 2)
            settle_claimed(dispatcher, text_of(reply->element[at]), text_of(reply->element[at + 1]));
        if (slot < dispatcher->slots_sent)
            plan_took(&dispatcher->plan, dispatcher->orders[slot++], queue, (int64_t)jobs);
        metrics_add(&dispatcher->metrics, FIGURE_CLAIMED, "", (double)jobs);
    }
}

static void on_swapped(void *data, const redisReply *reply, const struct err *err)
{
    struct dispatcher *dispatcher = data;
    dispatcher->swapping = false;
    if (err != NULL) {
        if (dispatcher
                ->connected) { /* an error reply: what it left behind is found out like after a lost one */
            log_error("swap_failed", LOG_TEXT("error", err->text));
            dispatcher->connected = false;
            queue_uv_restart(dispatcher->queue, err->text);
        }
        return;
    }
    crash_point("dispatcher_swapped");
    acks_reset(&dispatcher->sent);
    dispatcher->applied_seq = dispatcher->seq;
    if (reply->elements < 3)
        return;
    if (reply->element[0]->integer == 1 && dispatcher->applied_seq > 1)
        log_warn("lease_was_lost", LOG_TEXT("node", dispatcher->node));
    read_claims(dispatcher, reply);
    dispatcher->hungry = reply->element[2]->integer == 1 || dispatcher->woken;
    dispatcher_set_due(dispatcher, reply->element[1]->integer);
    hand_out(dispatcher);
    dispatcher_think(dispatcher);
}

static void send_swap(struct dispatcher *dispatcher, int slots)
{
    struct arena arena;
    struct redis_args args;
    struct err err;
    arena_init(&arena);
    queue_call_init(&args, &arena, "swap");
    redis_add_text(&args, dispatcher->node);
    redis_add_int(&args, ++dispatcher->seq);
    redis_add_int(&args, clock_wall_ms());
    redis_add_text(&args, "0");
    redis_add_int(&args, settings.lease_ms);
    acks_move(&dispatcher->sent, &dispatcher->pending);
    acks_write(&dispatcher->sent, &args);
    redis_add_int(&args, dispatcher->plan.count);
    for (int i = 0; i < dispatcher->plan.count; i++) {
        redis_add_text(&args, dispatcher->plan.queues[i].name);
        redis_add_int(&args, dispatcher->plan.queues[i].batch);
    }
    plan_orders(&dispatcher->plan, slots, dispatcher->orders);
    redis_add_int(&args, slots);
    for (int i = 0; i < slots; i++)
        redis_add_text(&args, dispatcher->orders[i]);
    dispatcher->slots_sent = slots;
    crash_point("dispatcher_before_swap");
    dispatcher->woken = false;
    if (queue_call_uv(dispatcher->queue, &args, on_swapped, dispatcher, &err) == 0) {
        dispatcher->swapping = true;
        metrics_add(&dispatcher->metrics, FIGURE_SWAPS, "", 1);
        crash_point("dispatcher_swap_sent");
    }
    arena_free(&arena);
}

/* The bell. */

static void on_bell(void *data, const redisReply *reply, const struct err *err)
{
    struct dispatcher *dispatcher = data;
    dispatcher->listening = false;
    if (err != NULL)
        return; /* on_bell_ready comes when the connection is back */
    if (reply->type == REDIS_REPLY_ARRAY) {
        dispatcher->hungry = dispatcher->woken = true;
        if (wanted_slots(dispatcher) == 0 && dispatcher->connected) {
            /* Rung for someone who has time. */
            struct arena arena;
            struct redis_args args;
            struct err ignored;
            arena_init(&arena);
            queue_call_init(&args, &arena, "ring");
            (void)!queue_call_uv(dispatcher->queue, &args, NULL, NULL, &ignored);
            arena_free(&arena);
        }
    }
    dispatcher_think(dispatcher);
}

static void listen_to_bell(struct dispatcher *dispatcher)
{
    struct arena arena;
    struct redis_args args;
    struct err err;
    if (dispatcher->listening || !redis_uv_is_ready(dispatcher->bell))
        return;
    arena_init(&arena);
    redis_args_init(&args, &arena);
    redis_add_text(&args, "BLPOP");
    redis_add_text(&args, queue_key(&arena, "bell"));
    redis_add_int(&args, BELL_S);
    dispatcher->listening = redis_uv_run(dispatcher->bell, &args, on_bell, dispatcher, &err) == 0;
    arena_free(&arena);
}

static void on_bell_ready(void *data)
{
    struct dispatcher *dispatcher = data;
    dispatcher->listening = false;
    dispatcher->hungry = dispatcher->woken = true; /* a bell may have been lost with the connection */
    dispatcher_think(dispatcher);
}

static void on_bell_lost(void *data, const struct err *why)
{
    (void)why;
    ((struct dispatcher *)data)->listening = false;
}

/* The end. */

static void finish(struct dispatcher *dispatcher)
{
    if (dispatcher->finished)
        return;
    dispatcher->finished = true;
    log_info("stopped", LOG_TEXT("node", dispatcher->node));
    uv_stop(dispatcher->loop);
}

static void on_left(void *data, const redisReply *reply, const struct err *err)
{
    (void)reply;
    (void)err; /* the lease runs out by itself */
    finish(data);
}

static void stop_when_done(struct dispatcher *dispatcher)
{
    struct arena arena;
    struct redis_args args;
    struct err err;
    if (!dispatcher->stopping || dispatcher->swapping || !acks_are_empty(&dispatcher->pending) ||
        dispatcher->givebacks != NULL || dispatcher->ready.count > 0 ||
        children_count(&dispatcher->children, CHILD_BUSY) > 0)
        return;
    dispatcher->leaving = true;
    arena_init(&arena);
    queue_call_init(&args, &arena, "leave");
    redis_add_text(&args, dispatcher->node);
    if (queue_call_uv(dispatcher->queue, &args, on_left, dispatcher, &err) != 0)
        finish(dispatcher);
    arena_free(&arena);
}

static void on_stop_overdue(uv_timer_t *timer)
{
    struct dispatcher *dispatcher = timer->data;
    log_warn("stop_overdue",
             LOG_TEXT("node", dispatcher->node)); /* what we hold goes back when the lease runs out */
    finish(dispatcher);
}

static void on_stop_time(uv_timer_t *timer)
{
    struct dispatcher *dispatcher = timer->data;
    for (struct worker_child *child = dispatcher->children.list; child != NULL; child = child->next)
        if (child->state == CHILD_BUSY)
            children_kill(child, KILL_STOP);
    uv_timer_start(&dispatcher->stop_timer, on_stop_overdue, (uint64_t)settings.kill_ms + 2000, 0);
    dispatcher_think(dispatcher);
}

static void go_quiet(struct dispatcher *dispatcher)
{
    dispatcher->quiet = true;
    lease_return_stale(dispatcher);
    dispatcher_think(dispatcher);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct dispatcher *dispatcher = handle->data;
    log_info("signal", LOG_TEXT("name", strsignal(number)));
    switch (number) {
    case SIGHUP:
        children_replace(&dispatcher->children);
        break;
    case SIGUSR1:
    case SIGTSTP:
        go_quiet(dispatcher);
        break;
    case SIGUSR2:
        dispatcher->quiet = dispatcher->stopping;
        dispatcher_wake(dispatcher);
        break;
    default:
        if (dispatcher->stopping)
            break;
        dispatcher->stopping = true;
        children_stop(&dispatcher->children);
        uv_timer_start(&dispatcher->stop_timer, on_stop_time, (uint64_t)settings.stop_ms, 0);
        go_quiet(dispatcher);
        break;
    }
}

void dispatcher_wake(struct dispatcher *dispatcher)
{
    dispatcher->hungry = dispatcher->woken = true;
    dispatcher_think(dispatcher);
}

/* Nobody can be told what was done, but PostgreSQL knows: what we hold goes to others when the lease runs
 * out, and has no effect twice. */
static void stop_without_redis(struct dispatcher *dispatcher)
{
    if (!dispatcher->stopping || dispatcher->connected ||
        children_count(&dispatcher->children, CHILD_BUSY) > 0)
        return;
    log_warn("left_without_redis", LOG_TEXT("node", dispatcher->node));
    finish(dispatcher);
}

void dispatcher_think(struct dispatcher *dispatcher)
{
    stop_without_redis(dispatcher);
    if (!dispatcher->connected || dispatcher->swapping || dispatcher->leaving)
        return;
    int slots = wanted_slots(dispatcher);
    if (!acks_are_empty(&dispatcher->pending) || (dispatcher->hungry && slots > 0))
        send_swap(dispatcher, slots);
    else if (slots > 0)
        listen_to_bell(dispatcher);
    stop_when_done(dispatcher);
}

static void write_metrics(void *data, struct buf *out)
{
    static const char *const states[] = {"starting", "idle", "busy"};
    struct dispatcher *dispatcher = data;
    size_t flying = 0;
    for (const struct batch *batch = dispatcher->ready.first; batch != NULL; batch = batch->next)
        flying += batch->count;
    for (const struct worker_child *child = dispatcher->children.list; child != NULL; child = child->next)
        flying += child->work == NULL ? 0 : ((const struct batch *)child->work)->count;
    metrics_set(&dispatcher->metrics, FIGURE_IN_FLIGHT, "", (double)flying);
    for (int state = CHILD_STARTING; state <= CHILD_BUSY; state++) {
        char labels[32];
        snprintf(labels, sizeof labels, "state=\"%s\"", states[state]);
        metrics_set(&dispatcher->metrics, FIGURE_CHILDREN, labels,
                    children_count(&dispatcher->children, (enum child_state)state));
    }
    metrics_write(&dispatcher->metrics, out);
}

static int open_connections(struct dispatcher *dispatcher, struct err *err)
{
    struct redis_address address;
    if (redis_parse_url(settings.redis_url, &address, err) != 0)
        return -1;
    dispatcher->queue =
        queue_uv_open(dispatcher->loop, settings.redis_url,
                      &(struct queue_uv_events){reconcile_on_ready, reconcile_on_lost, dispatcher}, err);
    if (dispatcher->queue == NULL)
        return -1;
    dispatcher->bell = redis_uv_open(dispatcher->loop, &address, BELL_TIMEOUT_MS,
                                     &(struct redis_uv_events){on_bell_ready, on_bell_lost, dispatcher});
    if (settings.metrics_listen[0] == '\0')
        return 0;
    dispatcher->metrics_http =
        metrics_http_open(dispatcher->loop, settings.metrics_listen, write_metrics, dispatcher, err);
    return dispatcher->metrics_http == NULL ? -1 : 0;
}

static void start_timers_and_signals(struct dispatcher *dispatcher)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGTSTP, SIGUSR2};
    uv_timer_t *timers[] = {&dispatcher->beat_timer, &dispatcher->due_timer, &dispatcher->stop_timer};
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
        uv_timer_init(dispatcher->loop, timers[i]);
        timers[i]->data = dispatcher;
    }
    uv_timer_start(&dispatcher->beat_timer, lease_on_time, (uint64_t)settings.beat_ms,
                   (uint64_t)settings.beat_ms);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uv_signal_init(dispatcher->loop, &dispatcher->signals[i]);
        dispatcher->signals[i].data = dispatcher;
        uv_signal_start(&dispatcher->signals[i], on_signal, numbers[i]);
    }
}

static void name_node(struct dispatcher *dispatcher)
{
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    for (char *c = host; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || *c == '#')
            *c = '-';
    snprintf(dispatcher->node, sizeof dispatcher->node, "%s:%d:%08x", host, (int)getpid(),
             randombytes_random());
}

int dispatcher_run(struct dispatcher *dispatcher, uv_loop_t *loop, struct err *err)
{
    *dispatcher = (struct dispatcher){.loop = loop};
    dispatcher->batch_ms = (double)settings.prefetch_below_ms;
    dispatcher->slots_max = (int)settings.workers * 2 > SLOTS_MAX ? SLOTS_MAX : (int)settings.workers * 2;
    dispatcher->orders = calloc((size_t)dispatcher->slots_max, sizeof *dispatcher->orders);
    if (dispatcher->orders == NULL)
        abort();
    name_node(dispatcher);
    acks_init(&dispatcher->pending);
    acks_init(&dispatcher->sent);
    metrics_init(&dispatcher->metrics, figures_defs, FIGURE_COUNT);
    if (plan_parse(&dispatcher->plan, settings.queues, err) != 0 || open_connections(dispatcher, err) != 0)
        return -1;
    start_timers_and_signals(dispatcher);
    if (children_start(&dispatcher->children, loop, (int)settings.workers, (int)settings.spare_children,
                       &(struct children_events){dispatcher_on_idle, settle_progress, settle_outcomes,
                                                 settle_death, dispatcher},
                       err) != 0)
        return -1;
    uv_run(loop, UV_RUN_DEFAULT);
    return 0;
}
