#include "queue/report.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

enum { REPORT_LIMIT = 64 * 1024 * 1024 };

static const char *unknown(struct err *err)
{
    err_set(err, ERR_BUG, "Redis answered in a form that this program does not know");
    return NULL;
}

static const char *quoted(const redisReply *reply, struct arena *arena)
{
    return json_quote(arena, (struct str){reply->str, reply->len});
}

const char *report_queues(const redisReply *reply, struct arena *arena, int64_t now_ms, struct err *err)
{
    static const char *const totals[] = {"scheduled", "dead", "held", "running", "jobs", "unrecorded"};
    enum { TOTALS = 6, COLUMNS = 5 };
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < TOTALS ||
        (reply->elements - TOTALS) % COLUMNS != 0)
        return unknown(err);
    struct buf *out = buf_new(arena, REPORT_LIMIT);
    for (size_t i = 0; i < TOTALS; i++)
        buf_printf(out, "%s\"%s\":%lld", i == 0 ? "{" : ",", totals[i], reply->element[i]->integer);
    buf_add_text(out, ",\"data\":[");
    for (size_t i = TOTALS; i < reply->elements; i += COLUMNS) {
        redisReply *const *row = reply->element + i;
        int64_t oldest_ms = row[3]->integer;
        buf_printf(
            out, "%s{\"name\":%s,\"depth\":%lld,\"lanes\":%lld,\"oldest_age_ms\":%" PRId64 ",\"paused\":%s}",
            i > TOTALS ? "," : "", quoted(row[0], arena), row[1]->integer, row[2]->integer,
            oldest_ms == 0 ? 0 : now_ms - oldest_ms, row[4]->integer != 0 ? "true" : "false");
    }
    buf_add_text(out, "],\"next_cursor\":null}");
    return out->data;
}

const char *report_nodes(const redisReply *reply, struct arena *arena, struct err *err)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements % 4 != 0)
        return unknown(err);
    struct buf *out = buf_new(arena, REPORT_LIMIT);
    buf_add_text(out, "{\"data\":[");
    for (size_t i = 0; i < reply->elements; i += 4) {
        redisReply *const *row = reply->element + i;
        /* The rest is what the node said of itself: an object. */
        struct str info = {row[3]->str, row[3]->len};
        bool has_info = info.size > 2 && info.data[0] == '{' && info.data[info.size - 1] == '}';
        buf_printf(out, "%s{\"node\":%s,\"lease_left_ms\":%lld,\"running\":%lld%s%.*s}", i > 0 ? "," : "",
                   quoted(row[0], arena), row[1]->integer, row[2]->integer, has_info ? "," : "",
                   has_info ? (int)info.size - 2 : 0, info.data + 1);
    }
    buf_add_text(out, "],\"next_cursor\":null}");
    return out->data;
}

static const char *write_dead(redisReply *const *rows, size_t count, struct arena *arena)
{
    struct buf *out = buf_new(arena, REPORT_LIMIT);
    buf_add_char(out, '[');
    for (size_t i = 0; i + 3 < count; i += 4) {
        redisReply *const *row = rows + i;
        struct job job;
        struct err ignored;
        char died_at[CLOCK_TEXT_SIZE];
        int64_t when_ms = 0;
        if (str_to_int((struct str){row[1]->str, row[1]->len}, &when_ms) != 0)
            when_ms = 0;
        clock_format(when_ms, died_at);
        buf_printf(out, "%s{\"id\":%s,\"died_at\":\"%s\",\"reason\":%s", i > 0 ? "," : "",
                   quoted(row[0], arena), died_at, quoted(row[2], arena));
        if (job_decode((struct str){row[3]->str, row[3]->len}, arena, &job, &ignored) == 0)
            buf_printf(out, ",\"task\":\"%s\",\"queue\":\"%s\",\"attempt\":%d,\"crashes\":%d", job.task,
                       job.queue, job.attempt, job.crashes);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
    return out->data;
}

const char *report_dead(const redisReply *reply, struct arena *arena, struct err *err)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements % 4 != 1)
        return unknown(err);
    return write_dead(reply->element + 1, reply->elements - 1, arena);
}

static const char *field_of(const redisReply *reply, const char *name)
{
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        if (strcmp(reply->element[i]->str, name) == 0)
            return reply->element[i + 1]->str;
    return NULL;
}

static const char *explain_queued(const redisReply *reply, struct arena *arena)
{
    const char *held_by = field_of(reply, "held_by"), *ahead = field_of(reply, "ahead_of_it"),
               *lane = field_of(reply, "lane");
    const char *holders = field_of(reply, "holders"), *token_at = field_of(reply, "token_at");
    if (field_of(reply, "queue_paused") != NULL)
        return arena_printf(arena, "its queue %s is paused", field_of(reply, "queue"));
    if (field_of(reply, "task_paused") != NULL)
        return arena_printf(arena, "its task %s is paused", field_of(reply, "task"));
    if (held_by != NULL)
        return arena_printf(arena, "the limit %s holds it back%s%s%s", held_by,
                            holders == NULL ? "" : "; held by ", holders == NULL ? "" : holders,
                            token_at == NULL ? "" : "; its rate lets the next one go soon");
    if (ahead == NULL)
        return "it waits in its queue, more than 100,000 jobs from the front";
    if (lane != NULL)
        return arena_printf(arena, "%s jobs of its lane %s are ahead of it, and %s lanes take turns", ahead,
                            lane, field_of(reply, "lanes_in_ring"));
    return arena_printf(arena, "%s jobs of its queue are ahead of it", ahead);
}

static const char *explain(const redisReply *reply, struct arena *arena)
{
    const char *state = field_of(reply, "state"), *reason = field_of(reply, "reason");
    if (strcmp(state, "queued") == 0)
        return explain_queued(reply, arena);
    if (strcmp(state, "running") == 0)
        return arena_printf(arena, "%s runs it", field_of(reply, "node"));
    if (strcmp(state, "scheduled") == 0)
        return arena_printf(arena, "its time comes in %s ms", field_of(reply, "due_in_ms"));
    if (strcmp(state, "retrying") == 0)
        return arena_printf(arena, "it failed (%s) and is tried again in %s ms", reason == NULL ? "" : reason,
                            field_of(reply, "due_in_ms"));
    if (strcmp(state, "dead") == 0)
        return arena_printf(arena, "it is dead: %s", reason == NULL ? "" : reason);
    return "it was cancelled";
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

const char *report_explain(const redisReply *reply, struct arena *arena, struct err *err)
{
    static const char *const times[] = {"enqueued_at", "deadline", "due_at", "since", "token_at", NULL};
    static const char *const numbers[] = {"attempt",     "crashes",       "due_in_ms",
                                          "ahead_of_it", "lanes_in_ring", NULL};
    static const char *const flags[] = {"alone", "queue_paused", "task_paused", "malformed", NULL};
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements % 2 != 0)
        return unknown(err);
    if (field_of(reply, "state") == NULL)
        return "null";
    struct buf *out = buf_new(arena, REPORT_LIMIT);
    for (size_t i = 0; i < reply->elements; i += 2) {
        const char *name = reply->element[i]->str, *value = reply->element[i + 1]->str;
        int64_t number;
        bool is_number = str_to_int(str_of(value), &number) == 0;
        buf_printf(out, "%s\"%s\":", i == 0 ? "{" : ",", name);
        if (is_number && is_one_of(name, times)) {
            char text[CLOCK_TEXT_SIZE];
            clock_format(number, text);
            buf_printf(out, "\"%s\"", text);
        } else if (is_number && is_one_of(name, numbers)) {
            buf_printf(out, "%" PRId64, number);
        } else if (is_one_of(name, flags)) {
            buf_add_text(out, "true");
        } else {
            buf_add_text(out, quoted(reply->element[i + 1], arena));
        }
    }
    buf_printf(out, ",\"why\":%s}", json_quote(arena, str_of(explain(reply, arena))));
    return out->data;
}
