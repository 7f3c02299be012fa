#ifndef BENCH_QUEUE_BENCH_H
#define BENCH_QUEUE_BENCH_H

/* make bench-queue: the claims that README and docs/queue.md make of the queue, measured on private servers.
 */

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

/* -------- servers.c: everything dies with the bench. Failures end the program. */

struct server {
    pid_t pid;
    char folder[64], socket[96], url[200];
};

/* fsync: "off", "everysec" or "always". */
struct server server_redis(const char *fsync);
/* A cluster with fsync on and a migrated database; url is libpq's. */
struct server server_postgres(void);
/* One of our programs; settings are NAME=VALUE, end with NULL. Waits for "event=ready" in its log. */
pid_t server_program(const char *program, const struct server *redis, const struct server *postgres,
                     const char *const *settings);
void server_stop(struct server *server);
void server_kill(pid_t pid);
redisContext *server_connect(const struct server *redis);
void server_stop_all(void);
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* -------- report.c */

/* wanted: "at least" when > 0, "at most" when < 0, no claim when 0. */
void report_figure(const char *name, double value, const char *unit, double wanted);
void report_print(void);
double percentile(double *values, size_t count, double share); /* sorts */
double now_s(void);

/* -------- the benches */

void bench_lists(void);   /* claim and ack, enqueue, against raw lists and the classic loop */
void bench_depth(void);   /* depth, jobs in flight, memory, fairness */
void bench_effects(void); /* exactly-once effects by batch size */
void bench_times(void);   /* start, lateness, recovery, idleness, memory of a child */

/* -------- lists.c, shared */

enum { BATCH = 64 };
void put_jobs(redisContext *redis, int count, const char *task, const char *queue, const char *lane,
              const char *args);
/* One swap: acknowledges `done` (ids, or NULL), claims up to `batch` of `queue`. The reply is the caller's.
 */
redisReply *swap(redisContext *redis, const char *node, int64_t seq, const redisReply *done,
                 const char *queue, int batch);
void run_command(redisContext *redis, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
