#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "queue/queue.h"

/* A Redis of our own on a unix socket, and a queue on a loop that talks to it. */
struct bench {
    char folder[64], url[128], socket[96];
    pid_t redis;
    uv_loop_t loop;
    uv_timer_t deadline;
    struct queue_uv *queue;
    int ready, lost, answers;
    char status[16];
    struct live_state states[2];
    struct err err;
};

static void start_redis(struct bench *bench)
{
    bench->redis = fork();
    if (bench->redis == 0) {
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", bench->socket, "--dir",
               bench->folder, "--save", "", "--logfile", "redis.log", (char *)NULL);
        _exit(127);
    }
}

static void stop_redis(struct bench *bench)
{
    kill(bench->redis, SIGKILL);
    waitpid(bench->redis, NULL, 0);
}

static void on_ready(void *data)
{
    ((struct bench *)data)->ready++;
}

static void on_lost(void *data, const struct err *why)
{
    struct bench *bench = data;
    bench->lost++;
    bench->err = *why;
}

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    ck_abort_msg("nothing happened for 10 s");
}

static void wait_for(struct bench *bench, const int *counter, int value)
{
    uv_timer_start(&bench->deadline, on_deadline, 10000, 0);
    while (*counter < value)
        uv_run(&bench->loop, UV_RUN_ONCE);
    uv_timer_stop(&bench->deadline);
}

static void open_bench(struct bench *bench)
{
    signal(SIGPIPE, SIG_IGN);
    memset(bench, 0, sizeof *bench);
    snprintf(bench->folder, sizeof bench->folder, "/tmp/purser-unit-XXXXXX");
    ck_assert(mkdtemp(bench->folder) != NULL);
    snprintf(bench->socket, sizeof bench->socket, "%s/redis.sock", bench->folder);
    snprintf(bench->url, sizeof bench->url, "unix:%s", bench->socket);
    uv_loop_init(&bench->loop);
    uv_timer_init(&bench->loop, &bench->deadline);
    bench->queue = queue_uv_open(&bench->loop, bench->url,
                                 &(struct queue_uv_events){on_ready, on_lost, bench}, &bench->err);
    ck_assert(bench->queue != NULL);
}

static void close_bench(struct bench *bench)
{
    char command[128];
    queue_uv_close(bench->queue);
    uv_close((uv_handle_t *)&bench->deadline, NULL);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
    stop_redis(bench);
    snprintf(command, sizeof command, "rm -rf %s", bench->folder);
    ck_assert_int_eq(system(command), 0);
}

static void on_put(void *data, const struct put_result *result, const struct err *err)
{
    struct bench *bench = data;
    bench->answers++;
    bench->err = err == NULL ? (struct err){0} : *err;
    if (result != NULL)
        snprintf(bench->status, sizeof bench->status, "%.*s", (int)result->count, result->status);
}

static void on_states(void *data, const struct live_state *states, size_t count, const struct err *err)
{
    struct bench *bench = data;
    bench->answers++;
    ck_assert(err == NULL);
    memcpy(bench->states, states, count * sizeof *states);
}

static struct job plain_job(void)
{
    return (struct job){.id = id_new(),
                        .task = "noop",
                        .queue = "work",
                        .enqueued_at_ms = clock_wall_ms(),
                        .args = STR("{}")};
}

START_TEST(jobs_that_are_put_have_a_state_and_are_put_once)
{
    struct bench bench;
    struct err err;
    struct job jobs[2] = {plain_job(), plain_job()};
    jobs[1].run_at_ms = clock_wall_ms() + 60000;
    open_bench(&bench);
    start_redis(&bench);
    wait_for(&bench, &bench.ready, 1);
    ck_assert_int_eq(queue_put_uv(bench.queue, jobs, 2, false, on_put, &bench, &err), 0);
    wait_for(&bench, &bench.answers, 1);
    ck_assert_str_eq(bench.status, "++");
    ck_assert_int_eq(queue_put_uv(bench.queue, jobs, 2, false, on_put, &bench, &err), 0);
    wait_for(&bench, &bench.answers, 2);
    ck_assert_str_eq(bench.status, "==");
    struct id ids[2] = {jobs[0].id, jobs[1].id};
    ck_assert_int_eq(queue_states_uv(bench.queue, ids, 2, on_states, &bench, &err), 0);
    wait_for(&bench, &bench.answers, 3);
    ck_assert(bench.states[0].known && bench.states[0].state == JOB_QUEUED);
    ck_assert(bench.states[1].known && bench.states[1].state == JOB_SCHEDULED);
    ck_assert_int_eq(bench.states[1].at_ms, jobs[1].run_at_ms);
    close_bench(&bench);
}
END_TEST

START_TEST(a_refused_connection_is_told_and_tried_again)
{
    struct bench bench;
    struct err err;
    struct job job = plain_job();
    open_bench(&bench);
    wait_for(&bench, &bench.lost, 2);
    ck_assert_msg(strstr(bench.err.text, "can't be reached") != NULL, "%s", bench.err.text);
    ck_assert_int_eq(queue_put_uv(bench.queue, &job, 1, false, on_put, &bench, &err), -1);
    ck_assert_int_eq(err.class, ERR_RETRY);
    start_redis(&bench);
    wait_for(&bench, &bench.ready, 1);
    close_bench(&bench);
}
END_TEST

START_TEST(a_put_in_flight_when_redis_dies_is_answered_with_an_error_and_the_connection_comes_back)
{
    struct bench bench;
    struct err err;
    struct job job = plain_job();
    open_bench(&bench);
    start_redis(&bench);
    wait_for(&bench, &bench.ready, 1);
    kill(bench.redis, SIGSTOP);
    ck_assert_int_eq(queue_put_uv(bench.queue, &job, 1, false, on_put, &bench, &err), 0);
    stop_redis(&bench);
    wait_for(&bench, &bench.answers, 1);
    ck_assert_int_eq(bench.err.class, ERR_RETRY);
    unlink(bench.socket);
    start_redis(&bench);
    wait_for(&bench, &bench.ready, 2);
    ck_assert_int_eq(queue_put_uv(bench.queue, &job, 1, false, on_put, &bench, &err), 0);
    wait_for(&bench, &bench.answers, 2);
    ck_assert_str_eq(bench.status, "+");
    close_bench(&bench);
}
END_TEST

START_TEST(functions_that_someone_flushed_are_loaded_again_and_the_call_repeated)
{
    struct bench bench;
    struct err err = {0};
    struct job job = plain_job();
    struct redis_args args;
    struct arena arena;
    arena_init(&arena);
    open_bench(&bench);
    start_redis(&bench);
    wait_for(&bench, &bench.ready, 1);
    struct queue *blocking = queue_open(bench.url, &err);
    ck_assert_msg(blocking != NULL, "%s", err.text);
    redis_args_init(&args, &arena);
    redis_add_text(&args, "FUNCTION");
    redis_add_text(&args, "FLUSH");
    ck_assert(queue_command(blocking, &args, &err) != NULL);
    ck_assert_int_eq(queue_put_uv(bench.queue, &job, 1, false, on_put, &bench, &err), 0);
    wait_for(&bench, &bench.answers, 1);
    ck_assert_str_eq(bench.status, "+");
    ck_assert(queue_command(blocking, &args, &err) != NULL);
    struct put_result result;
    ck_assert_int_eq(queue_put(blocking, &arena, &job, 1, false, &result, &err), 0);
    ck_assert_int_eq(result.status[0], PUT_THERE);
    queue_close(blocking);
    close_bench(&bench);
    arena_free(&arena);
}
END_TEST

Suite *queue_uv_suite(void);
Suite *queue_uv_suite(void)
{
    Suite *suite = suite_create("queue_uv");
    TCase *tests = tcase_create("queue_uv");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, jobs_that_are_put_have_a_state_and_are_put_once);
    tcase_add_test(tests, a_refused_connection_is_told_and_tried_again);
    tcase_add_test(tests,
                   a_put_in_flight_when_redis_dies_is_answered_with_an_error_and_the_connection_comes_back);
    tcase_add_test(tests, functions_that_someone_flushed_are_loaded_again_and_the_call_repeated);
    suite_add_tcase(suite, tests);
    return suite;
}
