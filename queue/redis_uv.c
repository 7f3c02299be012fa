#include "queue/redis_uv.h"

#include <hiredis/async.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BACKOFF_FIRST_MS = 20, BACKOFF_MAX_MS = 2000 };

/* libuv's side of one connection. Outlives the hiredis context until its handle is closed. */
struct link {
    uv_poll_t poll;
    redisAsyncContext *context;
    int events;
};

struct redis_uv {
    uv_loop_t *loop;
    struct redis_address address;
    struct redis_uv_events events;
    int64_t timeout_ms, backoff_ms;
    uv_timer_t timer; /* of the connect or the oldest command, or the wait before the next connect */
    redisAsyncContext *context;
    bool ready, closing;
    int open; /* commands that wait for their reply */
    struct err trouble;
};

struct command {
    struct redis_uv *redis;
    redis_uv_done done;
    void *data;
};

static void start_connect(struct redis_uv *redis);

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct link *link = handle->data;
    /* An error of the socket shows when it is written to or read from; hiredis learns of it only so. */
    if (status < 0)
        events = link->events;
    if (link->context != NULL && (events & UV_WRITABLE) != 0)
        redisAsyncHandleWrite(link->context);
    if (link->context != NULL && (events & UV_READABLE) != 0)
        redisAsyncHandleRead(link->context);
}

static void want(struct link *link, int events)
{
    if (link->events == events)
        return;
    link->events = events;
    if (events == 0)
        uv_poll_stop(&link->poll);
    else
        uv_poll_start(&link->poll, events, on_poll);
}

static void add_read(void *data)
{
    struct link *link = data;
    want(link, link->events | UV_READABLE);
}

static void del_read(void *data)
{
    struct link *link = data;
    want(link, link->events & ~UV_READABLE);
}

static void add_write(void *data)
{
    struct link *link = data;
    want(link, link->events | UV_WRITABLE);
}

static void del_write(void *data)
{
    struct link *link = data;
    want(link, link->events & ~UV_WRITABLE);
}

static void on_link_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void cleanup(void *data)
{
    struct link *link = data;
    link->context = NULL;
    uv_close((uv_handle_t *)&link->poll, on_link_closed);
}

static int attach(struct redis_uv *redis, redisAsyncContext *context)
{
    struct link *link = calloc(1, sizeof *link);
    if (link == NULL)
        abort();
    if (uv_poll_init(redis->loop, &link->poll, context->c.fd) != 0) {
        free(link);
        return -1;
    }
    link->poll.data = link;
    link->context = context;
    context->ev.data = link;
    context->ev.addRead = add_read;
    context->ev.delRead = del_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = del_write;
    context->ev.cleanup = cleanup;
    return 0;
}

static void on_backoff_over(uv_timer_t *timer)
{
    start_connect(timer->data);
}

/* The connection is gone; all its commands were called back. */
static void lost(struct redis_uv *redis)
{
    redis->context = NULL;
    redis->ready = false;
    uv_timer_stop(&redis->timer);
    if (redis->closing)
        return;
    if (redis->trouble.class == ERR_NONE)
        err_set(&redis->trouble, ERR_RETRY, "Redis closed the connection");
    /* Half of it by chance, so that many clients do not come back at once. */
    int64_t wait_ms =
        redis->backoff_ms / 2 + (int64_t)(uv_hrtime() / 1000 % (uint64_t)(redis->backoff_ms / 2 + 1));
    redis->backoff_ms = redis->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : redis->backoff_ms * 2;
    uv_timer_start(&redis->timer, on_backoff_over, (uint64_t)wait_ms, 0);
    if (redis->events.on_lost != NULL)
        redis->events.on_lost(redis->events.data, &redis->trouble);
}

static void on_timeout(uv_timer_t *timer)
{
    struct redis_uv *redis = timer->data;
    redis_uv_restart(redis, "no answer in time");
}

static void watch(struct redis_uv *redis)
{
    uv_timer_start(&redis->timer, on_timeout, (uint64_t)redis->timeout_ms, 0);
}

static void on_reply(redisAsyncContext *context, void *raw, void *data)
{
    struct command *command = data;
    struct redis_uv *redis = command->redis;
    redisReply *reply = raw;
    struct err err = {0};
    redis->open--;
    if (reply == NULL) {
        const char *why = context->err != 0                  ? context->errstr
                          : redis->trouble.class != ERR_NONE ? redis->trouble.text
                                                             : "connection closed";
        err_set(&err, ERR_RETRY, "%s%s", context->err != 0 ? "Redis: " : "", why);
        if (redis->trouble.class == ERR_NONE)
            redis->trouble = err;
    } else {
        if (redis->open > 0)
            watch(redis);
        else
            uv_timer_stop(&redis->timer);
        if (reply->type == REDIS_REPLY_ERROR) {
            redis_error_of(reply, &err);
            reply = NULL;
        }
    }
    redis_uv_done done = command->done;
    void *done_data = command->data;
    free(command);
    if (done != NULL)
        done(done_data, reply, reply == NULL ? &err : NULL);
}

static int send_command(struct redis_uv *redis, int argc, const char **argv, const size_t *sizes,
                        redis_uv_done done, void *data)
{
    struct command *command = malloc(sizeof *command);
    if (command == NULL)
        abort();
    *command = (struct command){redis, done, data};
    if (redisAsyncCommandArgv(redis->context, on_reply, command, argc, argv, sizes) != REDIS_OK) {
        free(command);
        return -1;
    }
    if (redis->open++ == 0)
        watch(redis);
    return 0;
}

static void on_greeted(void *data, const redisReply *reply, const struct err *err)
{
    struct redis_uv *redis = data;
    (void)reply;
    if (err != NULL) {
        if (redis->context != NULL && redis->trouble.class == ERR_NONE) {
            redis->trouble = *err;
            redisAsyncDisconnect(redis->context);
        }
        return;
    }
    redis->ready = true;
    redis->backoff_ms = BACKOFF_FIRST_MS;
    redis->trouble = (struct err){0};
    redis->events.on_ready(redis->events.data);
}

static void on_auth(void *data, const redisReply *reply, const struct err *err)
{
    if (err != NULL)
        on_greeted(data, reply, err);
}

/* AUTH and SELECT as needed, and a PING that shows that the server takes commands (LOADING, a wrong
 * password). */
static void greet(struct redis_uv *redis)
{
    const struct redis_address *address = &redis->address;
    int result = 0;
    if (address->password[0] != '\0') {
        bool has_user = address->user[0] != '\0';
        const char *auth[] = {"AUTH", has_user ? address->user : address->password, address->password};
        result = send_command(redis, has_user ? 3 : 2, auth, NULL, on_auth, redis);
    }
    char db[8];
    snprintf(db, sizeof db, "%d", address->db);
    if (result == 0)
        result = send_command(redis, 2, (const char *[]){"SELECT", db}, NULL, on_auth, redis);
    if (result == 0)
        result = send_command(redis, 1, (const char *[]){"PING"}, NULL, on_greeted, redis);
    if (result != 0)
        redisAsyncDisconnect(redis->context);
}

static void on_connect(const redisAsyncContext *context, int status)
{
    struct redis_uv *redis = context->data;
    if (status == REDIS_OK) {
        greet(redis);
        return;
    }
    err_set(&redis->trouble, ERR_RETRY, "Redis can't be reached: %s", context->errstr);
    lost(redis); /* hiredis frees the context and calls no on_disconnect for one that never connected */
}

static void on_disconnect(const redisAsyncContext *context, int status)
{
    struct redis_uv *redis = context->data;
    if (status != REDIS_OK && redis->trouble.class == ERR_NONE)
        err_set(&redis->trouble, ERR_RETRY, "Redis: %s", context->errstr);
    lost(redis);
}

static void start_connect(struct redis_uv *redis)
{
    const struct redis_address *address = &redis->address;
    redis->trouble = (struct err){0};
    redisAsyncContext *context = address->path[0] != '\0' ? redisAsyncConnectUnix(address->path)
                                                          : redisAsyncConnect(address->host, address->port);
    if (context == NULL)
        abort();
    if (context->err != 0 || attach(redis, context) != 0) {
        err_set(&redis->trouble, ERR_RETRY, "Redis can't be reached: %s", context->errstr);
        redisAsyncFree(context);
        lost(redis);
        return;
    }
    context->data = redis;
    redis->context = context;
    redis->open = 0;
    redisAsyncSetConnectCallback(context, on_connect);
    redisAsyncSetDisconnectCallback(context, on_disconnect);
    watch(redis);
}

struct redis_uv *redis_uv_open(uv_loop_t *loop, const struct redis_address *address, int64_t timeout_ms,
                               const struct redis_uv_events *events)
{
    struct redis_uv *redis = calloc(1, sizeof *redis);
    if (redis == NULL)
        abort();
    redis->loop = loop;
    redis->address = *address;
    redis->events = *events;
    redis->timeout_ms = timeout_ms;
    redis->backoff_ms = BACKOFF_FIRST_MS;
    uv_timer_init(loop, &redis->timer);
    redis->timer.data = redis;
    /* From the loop, so that no event comes before this returns. */
    uv_timer_start(&redis->timer, on_backoff_over, 0, 0);
    return redis;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void redis_uv_close(struct redis_uv *redis)
{
    if (redis == NULL || redis->closing)
        return;
    redis->closing = true;
    err_set(&redis->trouble, ERR_RETRY, "the connection to Redis was closed by this program");
    if (redis->context != NULL)
        redisAsyncFree(redis->context);
    redis->context = NULL;
    redis->ready = false;
    uv_close((uv_handle_t *)&redis->timer, on_timer_closed);
}

bool redis_uv_is_ready(const struct redis_uv *redis)
{
    return redis->ready;
}

const char *redis_uv_trouble(const struct redis_uv *redis)
{
    return redis->trouble.text;
}

int redis_uv_run(struct redis_uv *redis, const struct redis_args *args, redis_uv_done done, void *data,
                 struct err *err)
{
    if (!redis->ready || redis->closing)
        return err_set(err, ERR_RETRY, "%s",
                       redis->trouble.class != ERR_NONE ? redis->trouble.text : "Redis is not connected yet");
    if (send_command(redis, (int)args->count, args->values, args->sizes, done, data) != 0)
        return err_set(err, ERR_RETRY, "Redis is disconnecting");
    return 0;
}

void redis_uv_restart(struct redis_uv *redis, const char *why)
{
    if (redis->context == NULL || redis->closing)
        return;
    err_set(&redis->trouble, ERR_RETRY, "Redis: %s", why);
    redisAsyncContext *context = redis->context;
    bool connected = (context->c.flags & REDIS_CONNECTED) != 0;
    redis->ready = false;
    redisAsyncFree(context);
    if (!connected)
        lost(redis);
}
