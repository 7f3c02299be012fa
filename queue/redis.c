#define _GNU_SOURCE /* memrchr */
#include "queue/redis.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_db(struct str text, struct redis_address *address, struct err *err)
{
    int64_t db = 0;
    if (text.size > 0 && (str_to_int(text, &db) != 0 || db < 0 || db > 1023))
        return err_set(err, ERR_REJECT, "the Redis URL's database must be a number from 0 to 1023");
    address->db = (int)db;
    return 0;
}

static int parse_unix(struct str rest, struct redis_address *address, struct err *err)
{
    struct str query, path = str_split(rest, '?', &query);
    if (path.size == 0 || path.size >= sizeof address->path)
        return err_set(err, ERR_REJECT, "the Redis URL's socket path must have 1 to %zu bytes",
                       sizeof address->path - 1);
    memcpy(address->path, path.data, path.size);
    if (query.size == 0)
        return 0;
    if (!str_starts(query, "db="))
        return err_set(err, ERR_REJECT, "behind a Redis socket's path only ?db=N is known");
    return parse_db((struct str){query.data + 3, query.size - 3}, address, err);
}

static int parse_tcp(struct str rest, struct redis_address *address, struct err *err)
{
    struct str db, authority = str_split(rest, '/', &db);
    const char *at = authority.size == 0 ? NULL : memrchr(authority.data, '@', authority.size);
    if (at != NULL) {
        struct str password,
            user = str_split((struct str){authority.data, (size_t)(at - authority.data)}, ':', &password);
        if (str_percent_decode(user, false, address->user, sizeof address->user) != 0 ||
            str_percent_decode(password, false, address->password, sizeof address->password) != 0)
            return err_set(err, ERR_REJECT,
                           "the Redis URL's user or password is too long or wrongly encoded");
        authority = (struct str){at + 1, authority.size - (size_t)(at + 1 - authority.data)};
    }
    struct str port, host = authority;
    if (host.size > 0 && host.data[0] == '[') { /* [IPV6]:PORT */
        struct str behind;
        host = str_split((struct str){host.data + 1, host.size - 1}, ']', &behind);
        port = behind.size > 0 ? (struct str){behind.data + 1, behind.size - 1} : behind;
    } else {
        host = str_split(authority, ':', &port);
    }
    if (host.size == 0 || str_percent_decode(host, false, address->host, sizeof address->host) != 0)
        return err_set(err, ERR_REJECT, "the Redis URL has no host, or one that is too long");
    int64_t number = 6379;
    if (port.size > 0 && (str_to_int(port, &number) != 0 || number < 1 || number > 65535))
        return err_set(err, ERR_REJECT, "the Redis URL's port must be a number from 1 to 65535");
    address->port = (int)number;
    return parse_db(db, address, err);
}

int redis_parse_url(const char *url, struct redis_address *address, struct err *err)
{
    *address = (struct redis_address){.port = 6379};
    struct str text = str_of(url);
    if (str_starts(text, "unix:"))
        return parse_unix((struct str){url + 5, text.size - 5}, address, err);
    if (str_starts(text, "redis://"))
        return parse_tcp((struct str){url + 8, text.size - 8}, address, err);
    return err_set(err, ERR_REJECT, "the Redis URL must start with redis:// or unix:");
}

int redis_error_of(const redisReply *reply, struct err *err)
{
    static const char *const passing[] = {
        "LOADING",     "BUSY",     "OOM",        "READONLY", "MASTERDOWN",
        "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF",  "ERR Function not found"};
    struct str text = {reply->str, reply->len};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (str_starts(text, passing[i]))
            return err_set(err, ERR_RETRY, "Redis: %.*s", (int)text.size, text.data);
    return err_set(err, ERR_BUG, "Redis: %.*s", (int)text.size, text.data);
}

void redis_args_init(struct redis_args *args, struct arena *arena)
{
    *args = (struct redis_args){.arena = arena};
}

void redis_add(struct redis_args *args, const void *data, size_t size)
{
    if (args->count == args->capacity) {
        size_t capacity = args->capacity == 0 ? 32 : args->capacity * 2;
        const char **values = arena_array(args->arena, capacity, sizeof *values);
        size_t *sizes = arena_array(args->arena, capacity, sizeof *sizes);
        if (args->count > 0) {
            memcpy(values, args->values, args->count * sizeof *values);
            memcpy(sizes, args->sizes, args->count * sizeof *sizes);
        }
        args->values = values;
        args->sizes = sizes;
        args->capacity = capacity;
    }
    args->values[args->count] = data;
    args->sizes[args->count++] = size;
}

void redis_add_text(struct redis_args *args, const char *text)
{
    redis_add(args, text, strlen(text));
}

void redis_add_str(struct redis_args *args, struct str text)
{
    redis_add(args, text.data, text.size);
}

void redis_add_int(struct redis_args *args, int64_t value)
{
    redis_add_text(args, arena_printf(args->arena, "%" PRId64, value));
}

void redis_add_id(struct redis_args *args, const struct id *id)
{
    char *text = arena_alloc(args->arena, ID_TEXT_SIZE);
    id_format(id, text);
    redis_add(args, text, ID_TEXT_SIZE - 1);
}

struct redis {
    struct redis_address address;
    int64_t timeout_ms;
    redisContext *context;
    int generation;
};

static void free_reply(void *reply)
{
    freeReplyObject(reply);
}

static int run_simple(redisContext *context, int argc, const char **argv, struct err *err)
{
    redisReply *reply = redisCommandArgv(context, argc, argv, NULL);
    if (reply == NULL)
        return err_set(err, ERR_RETRY, "Redis: %s", context->errstr);
    int result = reply->type == REDIS_REPLY_ERROR ? redis_error_of(reply, err) : 0;
    freeReplyObject(reply);
    return result;
}

static int greet(redisContext *context, const struct redis_address *address, struct err *err)
{
    if (address->password[0] != '\0') {
        bool has_user = address->user[0] != '\0';
        const char *auth[] = {"AUTH", has_user ? address->user : address->password, address->password};
        if (run_simple(context, has_user ? 3 : 2, auth, err) != 0)
            return -1;
    }
    if (address->db == 0)
        return 0;
    char db[8];
    snprintf(db, sizeof db, "%d", address->db);
    return run_simple(context, 2, (const char *[]){"SELECT", db}, err);
}

static int connect_now(struct redis *redis, struct err *err)
{
    struct timeval timeout = {.tv_sec = redis->timeout_ms / 1000, .tv_usec = redis->timeout_ms % 1000 * 1000};
    const struct redis_address *address = &redis->address;
    redisContext *context = address->path[0] != '\0'
                                ? redisConnectUnixWithTimeout(address->path, timeout)
                                : redisConnectWithTimeout(address->host, address->port, timeout);
    if (context == NULL)
        abort();
    int result =
        context->err != 0 ? err_set(err, ERR_RETRY, "Redis can't be reached: %s", context->errstr) : 0;
    if (result == 0 && redisSetTimeout(context, timeout) != REDIS_OK)
        result = err_set(err, ERR_RETRY, "Redis: %s", context->errstr);
    if (result == 0)
        result = greet(context, address, err);
    if (result != 0) {
        redisFree(context);
        return -1;
    }
    redis->context = context;
    redis->generation++;
    return 0;
}

struct redis *redis_open(const struct redis_address *address, int64_t timeout_ms, struct err *err)
{
    struct redis *redis = calloc(1, sizeof *redis);
    if (redis == NULL)
        abort();
    redis->address = *address;
    redis->timeout_ms = timeout_ms;
    if (connect_now(redis, err) != 0) {
        free(redis);
        return NULL;
    }
    return redis;
}

void redis_close(struct redis *redis)
{
    if (redis == NULL)
        return;
    if (redis->context != NULL)
        redisFree(redis->context);
    free(redis);
}

const redisReply *redis_run(struct redis *redis, struct arena *arena, const struct redis_args *args,
                            struct err *err)
{
    if (redis->context == NULL && connect_now(redis, err) != 0)
        return NULL;
    redisReply *reply = redisCommandArgv(redis->context, (int)args->count, args->values, args->sizes);
    if (reply == NULL) {
        err_set(err, ERR_RETRY, "Redis: %s", redis->context->errstr);
        redisFree(redis->context);
        redis->context = NULL;
        return NULL;
    }
    arena_defer(arena, free_reply, reply);
    if (reply->type == REDIS_REPLY_ERROR) {
        redis_error_of(reply, err);
        return NULL;
    }
    return reply;
}

int redis_generation(const struct redis *redis)
{
    return redis->generation;
}
