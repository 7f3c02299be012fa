#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/queue/bench.h"
#include "db/db.h"
#include "queue/queue.h"

/* What a job of task effect with {"do":"tell"} wrote: its process and when it ran. */
struct tell {
    FILE *file;
    long pid;
    double at_s;
};

static void open_tell(struct tell *tell, const struct server *redis)
{
    char path[96];
    snprintf(path, sizeof path, "%s/tell", redis->folder);
    tell->file = fopen(path, "a+");
    if (tell->file == NULL)
        fail("%s can't be opened", path);
    fseek(tell->file, 0, SEEK_END);
}

/* Waits for the next line. */
static void next_tell(struct tell *tell)
{
    char line[64];
    for (double until = now_s() + 30; now_s() < until;) {
        if (fgets(line, sizeof line, tell->file) != NULL) {
            char *rest;
            tell->pid = strtol(line, &rest, 10);
            tell->at_s = strtod(rest, NULL) / 1e6;
            return;
        }
        clearerr(tell->file);
        nanosleep(&(struct timespec){0, 200000}, NULL);
    }
    fail("a job did not run within 30 s");
}

static int64_t jobs_left(redisContext *redis)
{
    redisReply *reply = redisCommand(redis, "HLEN {purser}:job");
    int64_t left = reply->integer;
    freeReplyObject(reply);
    return left;
}

static void wait_empty(redisContext *redis)
{
    for (double until = now_s() + 300; jobs_left(redis) > 0;) {
        if (now_s() > until)
            fail("jobs are left");
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
}

/* From the first claim to the last acknowledgement, with everything queued before. */
static double measure_effects(const struct server *redis, const struct server *postgres, const char *task,
                              const char *queue, int count)
{
    char queues[64];
    redisContext *connection = server_connect(redis);
    put_jobs(connection, count, task, queue, "", "{}");
    snprintf(queues, sizeof queues, "PURSER_QUEUES=%s", queue);
    run_command(connection, "HSET {purser}:control pause:queue:%s 1", queue);
    pid_t worker = server_program("test-worker", redis, postgres,
                                  (const char *const[]){queues, "PURSER_WORKERS=2", NULL});
    double start = now_s();
    run_command(connection, "FCALL purser_control 1 {purser}:job pause:queue:%s %s", queue, "");
    wait_empty(connection);
    double rate = count / (now_s() - start);
    server_kill(worker);
    redisFree(connection);
    return rate;
}

static void load_by_worker(const struct server *redis, const struct server *postgres)
{
    server_kill(server_program("test-worker", redis, postgres, (const char *const[]){NULL}));
}

void bench_effects(void)
{
    struct server redis = server_redis("always"), postgres = server_postgres();
    load_by_worker(&redis, &postgres);
    double one = measure_effects(&redis, &postgres, "effect_one", "single", 3000);
    double by_64 = measure_effects(&redis, &postgres, "effect", "work", 40000);
    double by_256 = measure_effects(&redis, &postgres, "effect_256", "bulk", 80000);
    report_figure("exactly-once effects, batch 1", one, "jobs/s", 0);
    report_figure("exactly-once effects, batch 64", by_64, "jobs/s", 0);
    report_figure("exactly-once effects, batch 256", by_256, "jobs/s", 30000);
    report_figure("batch 256 over batch 1", by_256 / one, "times", 15);
    server_stop(&redis);
    server_stop(&postgres);
}

static void measure_start(redisContext *redis, struct tell *tell)
{
    enum { SAMPLES = 500 };
    static double late[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        double start = now_s();
        put_jobs(redis, 1, "effect", "work", "", "{\"do\":\"tell\"}");
        next_tell(tell);
        late[i] = (tell->at_s - start) * 1000;
        wait_empty(redis);
    }
    report_figure("put to start when idle, p50", percentile(late, SAMPLES, 0.5), "ms", -1);
    report_figure("put to start when idle, p99", percentile(late, SAMPLES, 0.99), "ms", -5);
}

static void measure_lateness(redisContext *redis, struct tell *tell)
{
    enum { SAMPLES = 300, EVERY_MS = 10 };
    static double late[SAMPLES];
    int64_t first_ms = clock_wall_ms() + 500;
    double wall_to_mono = now_s() - (double)clock_wall_ms() / 1000;
    for (int i = 0; i < SAMPLES; i++) {
        struct arena arena;
        struct redis_args args;
        struct err err;
        struct job job = {.id = id_new(),
                          .task = "effect",
                          .queue = "work",
                          .enqueued_at_ms = clock_wall_ms(),
                          .run_at_ms = first_ms + (int64_t)i * EVERY_MS,
                          .args = STR("{\"do\":\"tell\"}")};
        arena_init(&arena);
        if (queue_put_args(&args, &arena, &job, 1, false, &err) != 0)
            fail("%s", err.text);
        freeReplyObject(redisCommandArgv(redis, (int)args.count, args.values, args.sizes));
        arena_free(&arena);
    }
    for (int i = 0; i < SAMPLES; i++) {
        next_tell(tell);
        late[i] = (tell->at_s - wall_to_mono) * 1000 - (double)(first_ms + (int64_t)i * EVERY_MS);
    }
    report_figure("lateness of delayed jobs, p99", percentile(late, SAMPLES, 0.99), "ms", -10);
    wait_empty(redis);
}

/* A job whose process dies a second time waits (crash_pause_ms): each is killed once, the next one right
 * after. */
static void measure_recovery(redisContext *redis, struct tell *tell)
{
    enum { JOBS = 120 };
    static double gaps[JOBS];
    for (int i = 0; i < JOBS; i++) {
        put_jobs(redis, 1, "effect", "work", "", "{\"do\":\"tell\",\"ms\":50}");
        next_tell(tell);
        double start = now_s();
        kill((pid_t)tell->pid, SIGKILL);
        next_tell(tell);
        gaps[i] = (tell->at_s - start) * 1000;
        wait_empty(redis);
    }
    report_figure("child SIGKILL to its job running again, p50", percentile(gaps, JOBS, 0.5), "ms", 0);
    report_figure("child SIGKILL to its job running again, p99", percentile(gaps, JOBS, 0.99), "ms", -50);
}

enum { IDLE_S = 32 };

static int64_t commands_processed(redisContext *redis)
{
    redisReply *reply = redisCommand(redis, "INFO stats");
    const char *at = strstr(reply->str, "total_commands_processed:");
    int64_t commands = at == NULL ? 0 : strtoll(at + 25, NULL, 10);
    freeReplyObject(reply);
    return commands;
}

static double resident_mb(long pid)
{
    char path[64], line[256];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%ld/status", pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtod(line + 6, NULL);
    if (file != NULL)
        fclose(file);
    return kb / 1024;
}

static void measure_memory(redisContext *redis, struct tell *tell)
{
    const char *text = getenv("MEMORY_JOBS");
    int jobs = text == NULL ? 1000000 : atoi(text);
    char name[96];
    for (int at = 0; at < jobs; at += 50000) {
        put_jobs(redis, jobs - at < 50000 ? jobs - at : 50000, "effect_256", "bulk", "", "{}");
        wait_empty(redis);
    }
    put_jobs(redis, 1, "effect", "work", "", "{\"do\":\"tell\"}");
    next_tell(tell);
    snprintf(name, sizeof name, "resident memory of a child after %d jobs", jobs);
    report_figure(name, resident_mb(tell->pid), "MB", -10);
}

void bench_times(void)
{
    struct server redis = server_redis("everysec"), postgres = server_postgres();
    struct tell tell;
    open_tell(&tell, &redis);
    pid_t worker =
        server_program("test-worker", &redis, &postgres, (const char *const[]){"PURSER_WORKERS=2", NULL});
    redisContext *connection = server_connect(&redis);
    measure_start(connection, &tell);
    measure_lateness(connection, &tell);
    measure_recovery(connection, &tell);
    nanosleep(&(struct timespec){3, 0}, NULL);
    int64_t before = commands_processed(connection);
    nanosleep(&(struct timespec){IDLE_S, 0}, NULL); /* what comes every half minute comes once */
    report_figure("Redis commands a second of an idle worker",
                  (double)(commands_processed(connection) - before - 1) / IDLE_S, "/s", -2);
    measure_memory(connection, &tell);
    server_program("purser-scheduler", &redis, &postgres, (const char *const[]){NULL});
    put_jobs(connection, 1, "effect", "work", "", "{\"do\":\"tell\",\"ms\":500}");
    next_tell(&tell);
    double start = now_s();
    server_kill(worker);
    server_program("test-worker", &redis, &postgres, (const char *const[]){NULL});
    next_tell(&tell);
    report_figure("dispatcher SIGKILL to its job running again", tell.at_s - start, "s", -8);
    fclose(tell.file);
    redisFree(connection);
    server_stop_all();
}
