/*
 * trace: the span of each job that somebody traces, as a line of the log.
 *
 * A job carries the traceparent of the request that accepted it (W3C Trace Context), and its follow-ups carry
 * it on. With PURSER_TRACE_JOBS=1 a job whose traceparent is sampled (its last flag is 1, §3.2.2.5) leaves
 * one event `span` when it ran: trace, parent, span, task, job, attempt, outcome, queued_ms (from when it
 * could run), run_us. A collector that reads logs joins them with the API's lines of the same trace.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/settings.h"
#include "tasks/middleware.h"

/* "00-TRACE-PARENT-FLAGS": where its parts stand. */
enum { TRACE_AT = 3, TRACE_SIZE = 32, PARENT_AT = 36, PARENT_SIZE = 16, FLAGS_AT = 53, PARENT_TOTAL = 55 };

static bool is_sampled(const char *traceparent)
{
    return strlen(traceparent) == PARENT_TOTAL && strchr("13579bdf", traceparent[FLAGS_AT + 1]) != NULL;
}

static void write_span(const struct job *job, int64_t ready_ms, int64_t started_ms, int64_t took_us)
{
    static const char *const outcomes[] = {"done", "retry", "dead", "snooze"};
    char trace[TRACE_SIZE + 1], parent[PARENT_SIZE + 1], span[PARENT_SIZE + 1], id[ID_TEXT_SIZE];
    uint8_t random[PARENT_SIZE / 2];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(span, sizeof span, random, sizeof random);
    snprintf(trace, sizeof trace, "%.*s", TRACE_SIZE, job->traceparent + TRACE_AT);
    snprintf(parent, sizeof parent, "%.*s", PARENT_SIZE, job->traceparent + PARENT_AT);
    id_format(&job->id, id);
    log_info("span", LOG_TEXT("trace", trace), LOG_TEXT("parent", parent), LOG_TEXT("span", span),
             LOG_TEXT("task", job->task), LOG_TEXT("job", id), LOG_INT("attempt", job->attempt + 1),
             LOG_TEXT("outcome", outcomes[job->outcome.kind]), LOG_INT("queued_ms", started_ms - ready_ms),
             LOG_INT("run_us", took_us));
}

static void after(struct task_context *context, const struct task *task, const struct job *jobs, size_t count,
                  int64_t took_us)
{
    (void)task;
    if (settings.trace_jobs == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct job *job = &jobs[i];
        if (!job->skip && is_sampled(job->traceparent))
            write_span(job, job->run_at_ms > job->enqueued_at_ms ? job->run_at_ms : job->enqueued_at_ms,
                       context->now_ms, took_us);
    }
}

const struct task_middleware task_middleware_trace = {.name = "trace", .after = after};
