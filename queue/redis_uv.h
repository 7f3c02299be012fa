#ifndef QUEUE_REDIS_UV_H
#define QUEUE_REDIS_UV_H

/*
 * One connection to Redis on a libuv loop: connects, greets, and connects again when it is lost, with a
 * backoff of 20 ms to 2 s. A command that is not answered within its time ends the connection: what hangs
 * behind it would be answered out of time too. hiredis' own libuv adapter drops refused connects silently, so
 * the adapter is our own.
 */

#include <stdbool.h>
#include <uv.h>

#include "queue/redis.h"

struct redis_uv;

struct redis_uv_events {
    void (*on_ready)(void *data); /* connected and greeted; also after each reconnect */
    void (*on_lost)(
        void *data,
        const struct err *why); /* after the callbacks of all open commands; also when a connect fails */
    void *data;
};

/* reply is NULL and err is set when the command failed: an error reply, or the connection was lost
 * (ERR_RETRY: whether it took effect is unknown). The reply is freed after the callback. */
typedef void (*redis_uv_done)(void *data, const redisReply *reply, const struct err *err);

/* Starts to connect. timeout_ms: for the connect and from the last sign of the server to the next while
 * commands are open; the connection of a blocking command needs more than it blocks. events is copied. */
struct redis_uv *redis_uv_open(uv_loop_t *loop, const struct redis_address *address, int64_t timeout_ms,
                               const struct redis_uv_events *events);

/* Open commands are called back with an error, on_lost is not called; memory goes when libuv has closed the
 * handles. */
void redis_uv_close(struct redis_uv *redis);

bool redis_uv_is_ready(const struct redis_uv *redis);

/* The words of the last failure, "" when there was none. */
const char *redis_uv_trouble(const struct redis_uv *redis);

/* Sends one command (the arguments are copied) and calls done exactly once, never before this returns. -1:
 * not connected. */
int redis_uv_run(struct redis_uv *redis, const struct redis_args *args, redis_uv_done done, void *data,
                 struct err *err) MUST_CHECK;

/* Ends the connection as if it had been lost, and connects anew. */
void redis_uv_restart(struct redis_uv *redis, const char *why);

#endif
