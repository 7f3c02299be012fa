#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/queue/bench.h"
#include "queue/library.h"
#include "queue/queue.h"

void run_command(redisContext *redis, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    redisReply *reply = redisvCommand(redis, format, arguments);
    va_end(arguments);
    if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
        fail("%s: %s", format, reply == NULL ? redis->errstr : reply->str);
    freeReplyObject(reply);
}

static redisReply *run_args(redisContext *redis, const struct redis_args *args)
{
    redisReply *reply = redisCommandArgv(redis, (int)args->count, args->values, args->sizes);
    if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
        fail("%.*s: %s", (int)args->sizes[1], args->values[1], reply == NULL ? redis->errstr : reply->str);
    return reply;
}

static void take_reply(redisContext *redis)
{
    redisReply *reply;
    if (redisGetReply(redis, (void **)&reply) != REDIS_OK || reply->type == REDIS_REPLY_ERROR)
        fail("purser_put: %s", redis->err != 0 ? redis->errstr : reply->str);
    freeReplyObject(reply);
}

/* The next call is made while Redis works on the last. */
void put_jobs(redisContext *redis, int count, const char *task, const char *queue, const char *lane,
              const char *text)
{
    enum { PART = 500 };
    static struct job jobs[PART];
    int open = 0;
    struct arena arena;
    arena_init(&arena);
    for (int at = 0; at < count; at += PART) {
        struct redis_args args;
        struct err err;
        int part = count - at < PART ? count - at : PART, written = 0;
        int64_t now_ms = clock_wall_ms();
        for (int i = 0; i < part; i++)
            jobs[i] = (struct job){.id = id_new(),
                                   .task = task,
                                   .queue = queue,
                                   .lane = lane,
                                   .enqueued_at_ms = now_ms,
                                   .args = str_of(text)};
        if (queue_put_args(&args, &arena, jobs, (size_t)part, false, &err) != 0)
            fail("%s", err.text);
        redisAppendCommandArgv(redis, (int)args.count, args.values, args.sizes);
        while (written == 0)
            if (redisBufferWrite(redis, &written) != REDIS_OK)
                fail("Redis: %s", redis->errstr);
        arena_reset(&arena);
        if (open > 0)
            take_reply(redis);
        else
            open = 1;
    }
    if (open > 0)
        take_reply(redis);
    arena_free(&arena);
}

redisReply *swap(redisContext *redis, const char *node, int64_t seq, const redisReply *done,
                 const char *queue, int batch)
{
    struct arena arena;
    struct redis_args args;
    arena_init(&arena);
    queue_call_init(&args, &arena, "swap");
    redis_add_text(&args, node);
    redis_add_int(&args, seq);
    redis_add_int(&args, clock_wall_ms());
    redis_add_text(&args, "0");
    redis_add_text(&args, "600000");
    size_t count = done == NULL || done->elements < 5 ? 0 : (done->elements - 5) / 2;
    redis_add_int(&args, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        redis_add(&args, done->element[5 + i * 2]->str, done->element[5 + i * 2]->len);
    redis_add_text(&args, "0");
    redis_add_text(&args, "1");
    redis_add_text(&args, queue);
    redis_add_int(&args, batch);
    redis_add_text(&args, batch > 0 ? "1" : "0");
    if (batch > 0)
        redis_add_text(&args, "1");
    redisReply *reply = run_args(redis, &args);
    arena_free(&arena);
    return reply;
}

static void load_library(redisContext *redis)
{
    struct arena arena;
    arena_init(&arena);
    run_command(redis, "FUNCTION LOAD REPLACE %s", library_text(&arena));
    arena_free(&arena);
}

/* Jobs a second claimed and acknowledged in batches. */
static double measure_swap(redisContext *redis, int count)
{
    put_jobs(redis, count, "nothing", "nothing", "", "{}");
    double start = now_s();
    redisReply *last = NULL;
    int64_t seq = 0, done = 0;
    for (;;) {
        redisReply *reply = swap(redis, "bench:1:a", ++seq, last, "nothing", BATCH);
        freeReplyObject(last);
        last = reply;
        if (reply->elements < 5)
            break;
        done += (int64_t)(reply->elements - 5) / 2;
    }
    freeReplyObject(last);
    return (double)done / (now_s() - start);
}

static void drain_replies(redisContext *redis, int count)
{
    for (int i = 0; i < count; i++) {
        void *reply;
        if (redisGetReply(redis, &reply) != REDIS_OK)
            fail("Redis: %s", redis->errstr);
        freeReplyObject(reply);
    }
}

/* `count` pipelined commands, BATCH on the way at a time. Commands a second. */
static double measure_pipeline(redisContext *redis, int count, const char *command, const char *payload)
{
    double start = now_s();
    for (int at = 0; at < count; at += BATCH) {
        for (int i = 0; i < BATCH; i++) {
            if (payload != NULL)
                redisAppendCommand(redis, "%s raw %s", command, payload);
            else
                redisAppendCommand(redis, "%s raw", command);
        }
        drain_replies(redis, BATCH);
    }
    return (double)count / (now_s() - start);
}

/* The loop that most queues run: LMOVE to a list of one's own, work, LREM. */
static double measure_classic(redisContext *redis, int count, const char *payload)
{
    for (int at = 0; at < count; at += BATCH) {
        for (int i = 0; i < BATCH; i++)
            redisAppendCommand(redis, "LPUSH classic %s", payload);
        drain_replies(redis, BATCH);
    }
    double start = now_s();
    for (int i = 0; i < count; i++) {
        redisReply *reply = redisCommand(redis, "LMOVE classic working RIGHT LEFT");
        if (reply == NULL || reply->type != REDIS_REPLY_STRING)
            fail("LMOVE failed");
        run_command(redis, "LREM working 1 %s", reply->str);
        freeReplyObject(reply);
    }
    return (double)count / (now_s() - start);
}

static double best(double a, double b)
{
    return a > b ? a : b;
}

static void measure_mode(const char *fsync, double times_classic)
{
    enum { ROUNDS = 3, JOBS = 64 * 1500, PUTS = 50000 };
    const char *payload =
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        "01234567{}"; /* as long as an envelope */
    char name[96];
    int classic_jobs = strcmp(fsync, "always") == 0 ? 3000 : 20000;
    double ours = 0, classic = 0, pushes = 0, pops = 0, puts = 0;
    struct server server = server_redis(fsync);
    redisContext *redis = server_connect(&server);
    load_library(redis);
    for (int round = 0; round < ROUNDS; round++) { /* interleaved: what disturbs one disturbs all */
        ours = best(ours, measure_swap(redis, JOBS));
        classic = best(classic, measure_classic(redis, classic_jobs, payload));
        pushes = best(pushes, measure_pipeline(redis, JOBS, "LPUSH", payload));
        pops = best(pops, measure_pipeline(redis, JOBS, "LPOP", NULL));
        double start = now_s();
        put_jobs(redis, PUTS, "nothing", "bulk", "", "{}");
        puts = best(puts, PUTS / (now_s() - start));
        run_command(redis, "FLUSHALL");
    }
    double ceiling = 1 / (1 / pushes + 1 / pops);
    snprintf(name, sizeof name, "claim and ack, fsync %s", fsync);
    report_figure(name, ours, "jobs/s", 0);
    snprintf(name, sizeof name, "classic LMOVE and LREM, fsync %s", fsync);
    report_figure(name, classic, "jobs/s", 0);
    snprintf(name, sizeof name, "raw pipelined LPUSH and LPOP, fsync %s", fsync);
    report_figure(name, ceiling, "jobs/s", 0);
    snprintf(name, sizeof name, "claim and ack over classic, fsync %s", fsync);
    report_figure(name, ours / classic, "times", times_classic);
    snprintf(name, sizeof name, "claim and ack of the ceiling, fsync %s", fsync);
    report_figure(name, ours / ceiling * 100, "%", 40);
    snprintf(name, sizeof name, "enqueue 500 a call, fsync %s", fsync);
    report_figure(name, puts, "jobs/s", 0);
    snprintf(name, sizeof name, "enqueue of pipelined LPUSH, fsync %s", fsync);
    report_figure(name, puts / pushes * 100, "%", puts >= 200000 ? 0 : 50);
    double start = now_s();
    for (int i = 0; i < 2000; i++)
        put_jobs(redis, 1, "nothing", "bulk", "", "{}");
    snprintf(name, sizeof name, "enqueue one a call, fsync %s", fsync);
    report_figure(name, 2000 / (now_s() - start), "jobs/s", 0);
    redisFree(redis);
    server_stop(&server);
}

void bench_lists(void)
{
    measure_mode("off", 0);
    measure_mode("everysec", 10);
    measure_mode("always", 25);
}

/* Cost of a job that is put, claimed and acknowledged while `depth` others wait. */
static double measure_at_depth(redisContext *redis, int64_t *seq)
{
    enum { ROUNDS = 400 };
    redisReply *last = NULL;
    double start = now_s();
    for (int i = 0; i < ROUNDS; i++) {
        put_jobs(redis, BATCH, "nothing", "nothing", "", "{}");
        redisReply *reply = swap(redis, "bench:1:a", ++*seq, last, "nothing", BATCH);
        freeReplyObject(last);
        last = reply;
    }
    double took = now_s() - start;
    freeReplyObject(swap(redis, "bench:1:a", ++*seq, last, "nothing", 0));
    freeReplyObject(last);
    return took / (ROUNDS * BATCH) * 1e6;
}

/* A queue with jobs in it, on a server of its own, so that different ones can be measured in turns. */
enum { DEPTH_ROUNDS = 9 };
struct pool {
    struct server server;
    redisContext *redis;
    int64_t seq;
    double us[DEPTH_ROUNDS];
};

static void pool_open(struct pool *pool, int queued, int in_flight)
{
    pool->server = server_redis("off");
    pool->redis = server_connect(&pool->server);
    pool->seq = 0;
    load_library(pool->redis);
    put_jobs(pool->redis, queued + in_flight, "nothing", "nothing", "", "{}");
    for (int claimed = 0; claimed < in_flight; claimed += BATCH)
        freeReplyObject(swap(pool->redis, "bench:1:a", ++pool->seq, NULL, "nothing", BATCH));
}

static double median_us(const struct pool *pool)
{
    double us[DEPTH_ROUNDS];
    memcpy(us, pool->us, sizeof us);
    return percentile(us, DEPTH_ROUNDS, .5);
}

/* The median of what `pool` costs over `base`, round by round: what else the machine does hits both. */
static double median_ratio(const struct pool *pool, const struct pool *base)
{
    double ratios[DEPTH_ROUNDS];
    for (int round = 0; round < DEPTH_ROUNDS; round++)
        ratios[round] = pool->us[round] / base->us[round];
    return percentile(ratios, DEPTH_ROUNDS, .5);
}

/* The same moves by bare commands, in one pipeline: BATCH fields set and pushed, the BATCH oldest popped,
 * read and deleted. What it loses with depth is the server's own: memory that no cache holds. */
static void run_raw(redisContext *redis, int64_t first, int64_t last, bool takes)
{
    static char names[2][BATCH][40], payload[111];
    enum { SIZE = BATCH * 2 + 2 };
    const char *set[SIZE] = {"HSET", "rawjob"}, *push[SIZE] = {"RPUSH", "rawlist"};
    const char *get[SIZE] = {"HMGET", "rawjob"}, *del[SIZE] = {"HDEL", "rawjob"};
    memset(payload, 'x', sizeof payload - 1);
    for (int i = 0; i < BATCH; i++) {
        snprintf(names[0][i], sizeof names[0][i], "019ab000-0000-7000-8000-%012" PRId64, last + i);
        snprintf(names[1][i], sizeof names[1][i], "019ab000-0000-7000-8000-%012" PRId64, first + i);
        set[2 + i * 2] = push[2 + i] = names[0][i];
        set[3 + i * 2] = payload;
        get[2 + i] = del[2 + i] = names[1][i];
    }
    redisAppendCommandArgv(redis, 2 + BATCH * 2, set, NULL);
    redisAppendCommandArgv(redis, 2 + BATCH, push, NULL);
    if (takes) {
        redisAppendCommand(redis, "LPOP rawlist %d", BATCH);
        redisAppendCommandArgv(redis, 2 + BATCH, get, NULL);
        redisAppendCommandArgv(redis, 2 + BATCH, del, NULL);
    }
    drain_replies(redis, takes ? 5 : 2);
}

static double measure_raw(redisContext *redis, int depth)
{
    enum { ROUNDS = 400 };
    int64_t first = 0, last = 0;
    double best_us = 0;
    for (; last < depth; last += BATCH)
        run_raw(redis, 0, last, false);
    for (int i = 0; i < 5; i++) {
        double start = now_s();
        for (int round = 0; round < ROUNDS; round++, first += BATCH, last += BATCH)
            run_raw(redis, first, last, true);
        double us = (now_s() - start) / (ROUNDS * BATCH) * 1e6;
        best_us = i == 0 || us < best_us ? us : best_us;
    }
    run_command(redis, "DEL rawjob rawlist");
    return best_us;
}

static double used_memory(redisContext *redis)
{
    redisReply *reply = redisCommand(redis, "INFO memory");
    const char *at = strstr(reply->str, "used_memory:");
    double bytes = at == NULL ? 0 : strtod(at + 12, NULL);
    freeReplyObject(reply);
    return bytes;
}

static void measure_fairness(redisContext *redis)
{
    int64_t seq = 0;
    int position = 0;
    put_jobs(redis, 100000, "effect", "fair", "loud", "{}");
    put_jobs(redis, 1, "effect_one", "fair", "quiet", "{}");
    for (bool found = false; !found;) {
        redisReply *reply = swap(redis, "bench:2:a", ++seq, NULL, "fair", BATCH);
        for (size_t i = 5; i + 1 < reply->elements && !found; i += 2, position++)
            found = strstr(reply->element[i + 1]->str, "effect_one") != NULL;
        if (reply->elements < 5)
            fail("the quiet user's job was never claimed");
        freeReplyObject(reply);
    }
    report_figure("place of one job behind another user's 100,000", position, "jobs", -BATCH);
}

void bench_depth(void)
{
    static const struct {
        const char *name;
        int queued, in_flight;
    } cases[] = {{"put, claim, ack at depth 1,000", 1000, 0},
                 {"put, claim, ack at depth 100,000", 100000, 0},
                 {"put, claim, ack at depth 1,000,000", 1000000, 0},
                 {"put, claim, ack at depth 1,000,000 with 100,000 in flight", 1000000, 100000}};
    enum { SHALLOW, MIDDLE, DEEP, FLYING, CASES };
    struct pool pools[CASES];
    for (int i = 0; i < CASES; i++)
        pool_open(&pools[i], cases[i].queued, cases[i].in_flight);
    for (int round = 0; round < DEPTH_ROUNDS; round++)
        for (int i = 0; i < CASES; i++)
            pools[i].us[round] = measure_at_depth(pools[i].redis, &pools[i].seq);
    for (int i = 0; i < CASES; i++)
        report_figure(cases[i].name, median_us(&pools[i]), "us/job", 0);
    report_figure("depth 1,000,000 over depth 1,000", median_ratio(&pools[DEEP], &pools[SHALLOW]), "times",
                  -1.2);
    report_figure("100,000 in flight over none", median_ratio(&pools[FLYING], &pools[DEEP]), "times", -1.2);
    double more = used_memory(pools[MIDDLE].redis) - used_memory(pools[SHALLOW].redis);
    report_figure("memory of 100,000 queued", more / 99000 * 100000 / 1048576, "MB", 0);
    redisContext *redis = pools[SHALLOW].redis;
    run_command(redis, "FLUSHALL");
    double raw_first = measure_raw(redis, 1000), raw_deep = measure_raw(redis, 1000000);
    report_figure("bare commands at depth 1,000", raw_first, "us/job", 0);
    report_figure("bare commands at depth 1,000,000", raw_deep, "us/job", 0);
    report_figure("bare commands, depth 1,000,000 over 1,000", raw_deep / raw_first, "times", 0);
    measure_fairness(redis);
    for (int i = 0; i < CASES; i++) {
        redisFree(pools[i].redis);
        server_stop(&pools[i].server);
    }
}
