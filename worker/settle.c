#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "queue/retry.h"
#include "worker/dispatcher.h"
#include "worker/wire.h"

/* What became of jobs, told to Redis: with the next swap, or at once when they go back. */

static void count_outcome(struct dispatcher *dispatcher, const char *task, const char *outcome)
{
    char labels[160];
    snprintf(labels, sizeof labels, "task=\"%s\",outcome=\"%s\"", task, outcome);
    metrics_add(&dispatcher->metrics, FIGURE_OUTCOMES, labels, 1);
}

static void count_jobs(struct dispatcher *dispatcher, enum figure figure, const char *task, size_t jobs)
{
    char labels[96];
    snprintf(labels, sizeof labels, "task=\"%s\"", task);
    metrics_add(&dispatcher->metrics, figure, labels, (double)jobs);
}

static void acknowledge(struct dispatcher *dispatcher, const struct flight *flight, const struct task *task,
                        char kind, int64_t until_ms, struct str reason)
{
    char until[24];
    struct str id = str_of(flight->id);
    struct acks *acks = &dispatcher->pending;
    snprintf(until, sizeof until, "%" PRId64, until_ms);
    if (flight->cancelled && (kind == 'R' || kind == 'S')) {
        /* Its owner's word came while it ran, and it was not done: it does not run again. */
        acks_add(acks, 'C', id, "", STR("cancelled while it ran"));
        count_outcome(dispatcher, task->name, "cancelled");
        return;
    }
    switch (kind) {
    case 'D':
        if (flight->full)
            acks_add(acks, 'D', id, "", STR(""));
        else
            acks_add_done(acks, id);
        count_outcome(dispatcher, task->name, "done");
        break;
    case 'R':
        acks_add(acks, 'R', id, until, reason);
        count_outcome(dispatcher, task->name, "retry");
        count_jobs(dispatcher, FIGURE_RETRIES, task->name, 1);
        break;
    case 'S':
        acks_add(acks, 'S', id, until, reason);
        count_outcome(dispatcher, task->name, "snooze");
        break;
    case 'X':
        acks_add(acks, 'X', id, "", reason);
        count_outcome(dispatcher, task->name, "dead");
        break;
    }
}

/* Follow-up jobs are rows already: when this put fails the relay does it. */
static void put_follow_ups(struct dispatcher *dispatcher, struct str follow)
{
    struct err err;
    struct str envelope;
    struct arena arena;
    arena_init(&arena);
    struct str *envelopes = arena_array(&arena, follow.size / JOB_HEADER_SIZE + 1, sizeof *envelopes);
    size_t count = 0;
    while (follow.size > 0 && wire_read_str(&follow, &envelope) == 0)
        envelopes[count++] = envelope;
    for (size_t at = 0; at < count; at += QUEUE_PUT_MAX) {
        size_t part = count - at > QUEUE_PUT_MAX ? QUEUE_PUT_MAX : count - at;
        crash_point("follow_up_before_put");
        if (queue_put_envelopes_uv(dispatcher->queue, envelopes + at, part, false, NULL, NULL, &err) != 0)
            break;
    }
    if (count > 0)
        crash_point("follow_up_put");
    arena_free(&arena);
}

static int read_outcome(struct str *body, char *kind, int64_t *until_ms, struct str *reason)
{
    if (body->size < 1)
        return -1;
    *kind = body->data[0];
    *body = (struct str){body->data + 1, body->size - 1};
    if (memchr("DRSX", *kind, 4) == NULL)
        return -1;
    return wire_read_i64(body, until_ms) != 0 || wire_read_str(body, reason) != 0 ? -1 : 0;
}

int settle_outcomes(void *data, struct worker_child *child, struct str body)
{
    struct dispatcher *dispatcher = data;
    struct batch *batch = child->work;
    uint32_t count;
    struct str follow, check = body;
    char kind;
    int64_t until_ms;
    struct str reason;
    if (wire_read_u32(&check, &count) != 0 || count != batch->count)
        return -1;
    body = check;
    for (uint32_t i = 0; i < count; i++)
        if (read_outcome(&check, &kind, &until_ms, &reason) != 0)
            return -1;
    if (wire_read_str(&check, &follow) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        if (read_outcome(&body, &kind, &until_ms, &reason) != 0)
            return -1;
        acknowledge(dispatcher, &batch->flights[i], batch->task, kind, until_ms, reason);
    }
    crash_point("dispatcher_outcomes");
    put_follow_ups(dispatcher, follow);
    char labels[96];
    double took_ms = (double)(clock_mono_ms() - child->busy_since_ms);
    dispatcher->batch_ms += (took_ms - dispatcher->batch_ms) / 8;
    snprintf(labels, sizeof labels, "task=\"%s\"", batch->task->name);
    metrics_observe(&dispatcher->metrics, FIGURE_RUN, labels, took_ms / 1000);
    batch_free(batch);
    child->work = NULL;
    return 0;
}

/* Giving back. */

static void on_given_back(void *data, const redisReply *reply, const struct err *err)
{
    struct giveback *giveback = data;
    struct dispatcher *dispatcher = giveback->dispatcher;
    (void)reply;
    if (err != NULL) {
        giveback->sent = false; /* sent again once the connection is back */
        return;
    }
    crash_point("dispatcher_given_back");
    struct giveback **at = &dispatcher->givebacks;
    while (*at != giveback)
        at = &(*at)->next;
    *at = giveback->next;
    arena_free(&giveback->arena);
    free(giveback);
    dispatcher_wake(dispatcher);
}

void settle_send_givebacks(struct dispatcher *dispatcher)
{
    struct err err;
    for (struct giveback *giveback = dispatcher->givebacks; giveback != NULL; giveback = giveback->next) {
        struct arena arena;
        struct redis_args args;
        if (giveback->sent)
            continue;
        arena_init(&arena);
        queue_call_init(&args, &arena, "requeue");
        redis_add_text(&args, dispatcher->node);
        redis_add_int(&args, clock_wall_ms());
        redis_add_text(&args, giveback->how);
        redis_add_text(&args, giveback->reason);
        for (size_t i = 0; i < giveback->ids.count; i++)
            redis_add(&args, giveback->ids.values[i], giveback->ids.sizes[i]);
        crash_point("dispatcher_before_giveback");
        giveback->seq = dispatcher->seq;
        giveback->sent = queue_call_uv(dispatcher->queue, &args, on_given_back, giveback, &err) == 0;
        arena_free(&arena);
    }
}

static void add_giveback(struct dispatcher *dispatcher, const struct batch *batch, const char *how,
                         const char *reason)
{
    struct giveback *giveback = calloc(1, sizeof *giveback);
    if (giveback == NULL)
        abort();
    giveback->dispatcher = dispatcher;
    arena_init(&giveback->arena);
    giveback->how = how;
    giveback->reason = arena_strdup(&giveback->arena, reason);
    redis_args_init(&giveback->ids, &giveback->arena);
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->flights[i].cancelled)
            redis_add_text(&giveback->ids, arena_strdup(&giveback->arena, batch->flights[i].id));
    giveback->next = dispatcher->givebacks;
    dispatcher->givebacks = giveback;
    char labels[48];
    snprintf(labels, sizeof labels, "why=\"%s\"", how);
    metrics_add(&dispatcher->metrics, FIGURE_RECOVERIES, labels, (double)giveback->ids.count);
}

void settle_give_back(struct dispatcher *dispatcher, struct batch *batch, const char *how, const char *reason)
{
    size_t left = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct flight *flight = &batch->flights[i];
        if (flight->cancelled)
            acks_add(&dispatcher->pending, 'C', str_of(flight->id), "", STR("cancelled while it ran"));
        else
            left++;
    }
    if (left > 0) {
        add_giveback(dispatcher, batch, how, reason);
        if (dispatcher->connected)
            settle_send_givebacks(dispatcher);
    }
    batch_free(batch);
}

bool settle_gives_back(const struct dispatcher *dispatcher, struct str id)
{
    for (const struct giveback *giveback = dispatcher->givebacks; giveback != NULL; giveback = giveback->next)
        for (size_t i = 0; i < giveback->ids.count; i++)
            if (str_equal((struct str){giveback->ids.values[i], giveback->ids.sizes[i]}, id))
                return true;
    return false;
}

/* Deaths. */

static const char *describe_death(struct batch *batch, int status, const struct rusage *usage)
{
    double cpu_s = (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
                   (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
    const char *what =
        WIFSIGNALED(status)
            ? arena_printf(&batch->arena, "its process was killed by signal %d (%s)", WTERMSIG(status),
                           strsignal(WTERMSIG(status)))
            : arena_printf(&batch->arena, "its process ended with status %d", WEXITSTATUS(status));
    return arena_printf(&batch->arena, "%s; %ld MB resident at most, %.2f s of CPU", what,
                        usage->ru_maxrss / 1024, cpu_s);
}

/* Past its time limit, alone: a failed attempt like any other. PostgreSQL learns of a death from the
 * scheduler. */
static void fail_for_time(struct dispatcher *dispatcher, struct batch *batch)
{
    const struct task *task = batch->task;
    const struct flight *flight = &batch->flights[0];
    int attempts = flight->attempt + 1;
    const char *reason =
        arena_printf(&batch->arena, "took longer than its limit of %" PRId64 " ms", task->timeout_ms);
    if (attempts >= task->retry.attempts_max) {
        reason = arena_printf(&batch->arena, "%s (attempt %d, the last)", reason, attempts);
        acks_add(&dispatcher->pending, 'X', str_of(flight->id), "record", str_of(reason));
        count_outcome(dispatcher, task->name, "dead");
    } else {
        int64_t wait_ms =
            retry_wait_ms(task->retry.base_ms, task->retry.max_ms, attempts, randombytes_random());
        acknowledge(dispatcher, flight, task, 'R', clock_wall_ms() + wait_ms, str_of(reason));
    }
    batch_free(batch);
}

static void on_told(void *data, const redisReply *reply, const struct err *err)
{
    (void)data;
    (void)reply;
    (void)err; /* then crashes are counted a little differently, this once */
}

static void tell(struct dispatcher *dispatcher, const char *function, const struct batch *batch)
{
    struct arena arena;
    struct redis_args args;
    struct err err;
    arena_init(&arena);
    queue_call_init(&args, &arena, function);
    redis_add_text(&args, dispatcher->node);
    for (size_t i = 0; i < batch->count; i++)
        redis_add_text(&args, batch->flights[i].id);
    (void)!queue_call_uv(dispatcher->queue, &args, on_told, NULL, &err);
    arena_free(&arena);
}

void settle_begin(struct dispatcher *dispatcher, const struct batch *batch)
{
    if (batch->alone)
        tell(dispatcher, "begin", batch);
}

void settle_progress(void *data, struct worker_child *child)
{
    if (child->work != NULL)
        tell(data, "progress", child->work);
}

void settle_death(void *data, struct worker_child *child, int status, const struct rusage *usage)
{
    static const char *const causes[] = {
        [KILL_NONE] = "crash", [KILL_TIMEOUT] = "timeout", [KILL_CANCEL] = "cancel", [KILL_STOP] = "stop"};
    struct dispatcher *dispatcher = data;
    struct batch *batch = child->work;
    child->work = NULL;
    if (batch != NULL) {
        char labels[96];
        const char *cause = causes[child->kill_reason];
        const char *reason = describe_death(batch, status, usage), *task = batch->task->name;
        char how[sizeof((struct err *)0)->text];
        size_t jobs = batch->count;
        snprintf(how, sizeof how, "%s", reason); /* the batch is gone when it is logged */
        snprintf(labels, sizeof labels, "task=\"%s\",cause=\"%s\"", batch->task->name, cause);
        metrics_add(&dispatcher->metrics, FIGURE_DEATHS, labels, 1);
        if (child->kill_reason == KILL_NONE)
            count_jobs(dispatcher, FIGURE_CRASHES, task, jobs);
        if (child->kill_reason == KILL_NONE)
            settle_give_back(dispatcher, batch, "crash", reason);
        else if (child->kill_reason != KILL_TIMEOUT)
            settle_give_back(dispatcher, batch, "back", "");
        else if (batch->count > 1)
            settle_give_back(dispatcher, batch, "alone", "took longer than its limit among others");
        else
            fail_for_time(dispatcher, batch);
        /* The swap goes right behind what gave the jobs back, without waiting for its answer. */
        dispatcher_wake(dispatcher);
        log_warn("child_died", LOG_INT("pid", child->pid), LOG_TEXT("cause", cause), LOG_TEXT("task", task),
                 LOG_INT("jobs", jobs), LOG_TEXT("how", how));
        return;
    }
    if (child->state == CHILD_STARTING)
        log_warn("child_died_at_start", LOG_INT("pid", child->pid), LOG_INT("status", status));
    dispatcher_think(dispatcher);
}

/* Claims. */

bool settle_ended(struct dispatcher *dispatcher, const struct task *task, struct str id, bool cancelled,
                  int64_t deadline_ms)
{
    if (cancelled) {
        acks_add(&dispatcher->pending, 'C', id, "", STR("cancelled before it ran"));
        count_outcome(dispatcher, task->name, "cancelled");
    } else if (deadline_ms > 0 && clock_wall_ms() > deadline_ms) {
        acks_add(&dispatcher->pending, 'E', id, "", STR("its deadline passed before it ran"));
        count_outcome(dispatcher, task->name, "expired");
    } else {
        return false;
    }
    return true;
}

void settle_claimed(struct dispatcher *dispatcher, struct str id, struct str envelope)
{
    struct arena arena;
    struct job job;
    struct err err = {0};
    char text[ID_TEXT_SIZE] = "";
    arena_init(&arena);
    int result = job_decode(envelope, &arena, &job, &err);
    if (result == 0) {
        id_format(&job.id, text);
        if (!str_equal(str_of(text), id))
            result = err_set(&err, ERR_REJECT, "the envelope's id is %s, which is not the job's", text);
    }
    const struct task *task = result == 0 ? task_find(job.task) : NULL;
    if (result == 0 && task == NULL)
        result = err_set(&err, ERR_REJECT, "there is no task '%s'", job.task);
    if (result != 0) {
        acks_add(&dispatcher->pending, 'X', id, "record", str_of(err.text));
        count_outcome(dispatcher, "unknown", "dead");
        log_warn("job_refused", LOG_TEXT("job", arena_printf(&arena, "%.*s", (int)id.size, id.data)),
                 LOG_TEXT("error", err.text));
    } else if (!settle_ended(dispatcher, task, id, (job.flags & JOB_CANCELLED_BY_OWNER) != 0,
                             job.deadline_ms)) {
        batches_add(&dispatcher->ready, task, &job, envelope, clock_mono_ms());
    }
    arena_free(&arena);
}
