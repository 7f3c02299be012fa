#ifndef QUEUE_REDIS_H
#define QUEUE_REDIS_H

/*
 * Where Redis is, what its errors mean, and one blocking connection to it, for the scheduler and the command
 * line. Programs with a loop use redis_uv.h.
 */

#include <hiredis/hiredis.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"

struct redis_address {
    char path[108]; /* of a unix socket; "" for TCP */
    char host[256];
    int port;
    char user[128], password[256]; /* "" for none */
    int db;
};

/* redis://[[USER]:PASSWORD@]HOST[:PORT][/DB] (percent-encoding is taken in the password) or unix:PATH[?db=N].
 * ERR_REJECT names what is wrong; the password is never part of the words. */
int redis_parse_url(const char *url, struct redis_address *address, struct err *err) MUST_CHECK;

/* The words and class of an error reply: Redis is loading, busy, out of memory, a replica, or misses a
 * function: ERR_RETRY; else ERR_BUG. Returns -1. */
int redis_error_of(const redisReply *reply, struct err *err);

/* The arguments of one command, built in an arena; texts are not copied and must live until the command was
 * sent. */
struct redis_args {
    struct arena *arena;
    const char **values;
    size_t *sizes;
    size_t count, capacity;
};
void redis_args_init(struct redis_args *args, struct arena *arena);
void redis_add(struct redis_args *args, const void *data, size_t size);
void redis_add_text(struct redis_args *args, const char *text);
void redis_add_str(struct redis_args *args, struct str text);
void redis_add_int(struct redis_args *args, int64_t value);
void redis_add_id(struct redis_args *args, const struct id *id);

struct redis;

/* timeout_ms: for the connect and for each command. NULL with err when it can't be reached. */
struct redis *redis_open(const struct redis_address *address, int64_t timeout_ms, struct err *err);
void redis_close(struct redis *redis); /* NULL is fine */

/* Sends the command and waits. The reply (never an error reply) lives in the arena. A lost connection is
 * opened anew by the next call, not by this one: whether the command took effect is then unknown, ERR_RETRY.
 */
const redisReply *redis_run(struct redis *redis, struct arena *arena, const struct redis_args *args,
                            struct err *err);

/* How many connections were opened so far: who sees it change must look at what it knew of the server anew.
 */
int redis_generation(const struct redis *redis);

#endif
