#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

/*
 * The queue for programs that put jobs and look at them: blocking for the scheduler and the command line, on
 * a libuv loop for the API (queue_…_uv). Keys, Functions and guarantees: docs/queue.md. A dispatcher's
 * swap (worker/dispatcher.c) is such a call too.
 */

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "queue/job.h"
#include "queue/redis.h"

/* What became of one job of a put. */
enum put_status {
    PUT_TAKEN = '+',
    PUT_THERE = '=',     /* was there already: no change */
    PUT_DUPLICATE = 'd', /* another unfinished job has its unique key */
    PUT_FULL = 'f',      /* only when bounded: its queue holds as many jobs as it may */
    PUT_MALFORMED = 'x',
};

struct put_result {
    const char *status; /* one enum put_status for each job, in their order */
    size_t count;
    const struct id *holders; /* for each PUT_DUPLICATE, in their order: the job that has the key */
    size_t holder_count;
};

/* A job as Redis knows it. known is false when Redis does not have it: finished, or not put yet. */
struct live_state {
    bool known;
    enum job_state state;
    int attempt;
    int64_t at_ms; /* scheduled, retrying: when it is due; running: when it was claimed; else 0 */
};

enum { QUEUE_PUT_MAX = 10000 }; /* jobs in one put; larger ones would block Redis for others */

/* -------- blocking */

struct queue;

/* Connects, and loads the Function library where it is missing or older. */
struct queue *queue_open(const char *url, struct err *err);
void queue_close(struct queue *queue); /* NULL is fine */

/* bounded: refuses jobs of a full queue. Work that was accepted already is put unbounded. */
int queue_put(struct queue *queue, struct arena *arena, const struct job *jobs, size_t count, bool bounded,
              struct put_result *result, struct err *err) MUST_CHECK;

/* The same for envelopes as they stand in table job. */
int queue_put_envelopes(struct queue *queue, struct arena *arena, const struct str *envelopes, size_t count,
                        bool bounded, struct put_result *result, struct err *err) MUST_CHECK;

/* states: room for count. */
int queue_states(struct queue *queue, struct arena *arena, const struct id *ids, size_t count,
                 struct live_state *states, struct err *err) MUST_CHECK;

/* Calls purser_NAME with the arguments behind; start them with queue_call_init. The reply lives in
 * args->arena. */
void queue_call_init(struct redis_args *args, struct arena *arena, const char *name);
const redisReply *queue_call(struct queue *queue, const struct redis_args *args, struct err *err);

/* A plain command, for the marker key of the relay. Same rules as queue_call. */
const redisReply *queue_command(struct queue *queue, const struct redis_args *args, struct err *err);

/* Changes with each new connection: what was known of the server must be looked at anew. */
int queue_generation(const struct queue *queue);

/* Of the queue's keys, in the arena: queue_key(arena, "marker") is "{purser}:marker". */
const char *queue_key(struct arena *arena, const char *name);

/* -------- on a loop */

struct queue_uv;

struct queue_uv_events {
    void (*on_ready)(void *data); /* connected and the library is there; after each reconnect */
    void (*on_lost)(void *data, const struct err *why); /* as redis_uv's */
    void *data;
};

/* events may be NULL. ERR_REJECT when the URL is wrong. */
struct queue_uv *queue_uv_open(uv_loop_t *loop, const char *url, const struct queue_uv_events *events,
                               struct err *err);
void queue_uv_close(struct queue_uv *queue);

/* Puts many jobs in one call. done gets result NULL and err when it failed; whether jobs were taken is then
 * unknown, the relay finds out. The result lives until done returns. -1: nothing was sent and done is not
 * called. */
typedef void (*queue_put_done)(void *data, const struct put_result *result, const struct err *err);
int queue_put_uv(struct queue_uv *queue, const struct job *jobs, size_t count, bool bounded,
                 queue_put_done done, void *data, struct err *err) MUST_CHECK;
int queue_put_envelopes_uv(struct queue_uv *queue, const struct str *envelopes, size_t count, bool bounded,
                           queue_put_done done, void *data, struct err *err) MUST_CHECK;

/* err is NULL when Redis answered. */
typedef void (*queue_ping_done)(void *data, const struct err *err);
int queue_ping_uv(struct queue_uv *queue, queue_ping_done done, void *data, struct err *err) MUST_CHECK;

/* states has one element an id, in their order, until done returns; NULL with err. */
typedef void (*queue_states_done)(void *data, const struct live_state *states, size_t count,
                                  const struct err *err);
int queue_states_uv(struct queue_uv *queue, const struct id *ids, size_t count, queue_states_done done,
                    void *data, struct err *err) MUST_CHECK;

/* purser_NAME with arguments built by queue_call_init. A missing library is loaded and the call repeated. */
typedef void (*queue_call_done)(void *data, const redisReply *reply, const struct err *err);
int queue_call_uv(struct queue_uv *queue, const struct redis_args *args, queue_call_done done, void *data,
                  struct err *err) MUST_CHECK;

/* Ends the connection and connects anew. */
void queue_uv_restart(struct queue_uv *queue, const char *why);

/* -------- shared by both */

/* Adds the arguments of purser_put. */
int queue_put_args(struct redis_args *args, struct arena *arena, const struct job *jobs, size_t count,
                   bool bounded, struct err *err) MUST_CHECK;
int queue_read_put(const redisReply *reply, size_t count, struct arena *arena, struct put_result *result,
                   struct err *err) MUST_CHECK;
int queue_read_states(const redisReply *reply, size_t count, struct live_state *states,
                      struct err *err) MUST_CHECK;

#endif
