#include <check.h>
#include <string.h>

#include "queue/job.h"

static struct job full_job(void)
{
    return (struct job){.id = id_at(1700000000000),
                        .task = "send_mail",
                        .queue = "mail",
                        .lane = "u1",
                        .unique = "mail:1",
                        .limit = "smtp/example.org",
                        .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        .attempt = 3,
                        .crashes = 2,
                        .flags = JOB_ALONE,
                        .enqueued_at_ms = 1700000000001,
                        .run_at_ms = 1700000000002,
                        .deadline_ms = 1700000000003,
                        .args = STR("{\"to\":\"ä\"}")};
}

START_TEST(an_envelope_reads_back_as_the_job_that_was_written)
{
    struct arena arena;
    struct buf envelope;
    struct err err = {0};
    struct job out, job = full_job();
    arena_init(&arena);
    buf_init(&envelope, JOB_ENVELOPE_MAX);
    ck_assert_int_eq(job_encode(&job, &envelope, &err), 0);
    ck_assert_msg(job_decode((struct str){envelope.data, envelope.size}, &arena, &out, &err) == 0, "%s",
                  err.text);
    ck_assert(id_equal(&job.id, &out.id));
    ck_assert_str_eq(out.task, job.task);
    ck_assert_str_eq(out.queue, job.queue);
    ck_assert_str_eq(out.lane, job.lane);
    ck_assert_str_eq(out.unique, job.unique);
    ck_assert_str_eq(out.limit, job.limit);
    ck_assert_str_eq(out.traceparent, job.traceparent);
    ck_assert_int_eq(out.attempt, 3);
    ck_assert_int_eq(out.crashes, 2);
    ck_assert_uint_eq(out.flags, JOB_ALONE);
    ck_assert_int_eq(out.enqueued_at_ms, job.enqueued_at_ms);
    ck_assert_int_eq(out.run_at_ms, job.run_at_ms);
    ck_assert_int_eq(out.deadline_ms, job.deadline_ms);
    ck_assert(str_equal(out.args, job.args));
    buf_free(&envelope);
    arena_free(&arena);
}
END_TEST

START_TEST(a_job_out_of_its_limits_is_refused_by_name)
{
    static const struct {
        const char *words;
        struct job change;
    } cases[] = {
        {"task of the job is missing", {.queue = "q", .args = STR("{}")}},
        {"queue of the job has the byte", {.task = "t", .queue = "Q", .args = STR("{}")}},
        {"lane of the job has the byte", {.task = "t", .queue = "q", .lane = "a b", .args = STR("{}")}},
        {"args of the job are no JSON object", {.task = "t", .queue = "q", .args = STR("[]")}},
        {"args of the job are not UTF-8", {.task = "t", .queue = "q", .args = STR("{\xff}")}},
        {"attempt of the job", {.task = "t", .queue = "q", .attempt = 10000, .args = STR("{}")}},
        {"run_at of the job", {.task = "t", .queue = "q", .run_at_ms = -1, .args = STR("{}")}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf envelope;
        struct err err = {0};
        buf_init(&envelope, JOB_ENVELOPE_MAX);
        ck_assert_int_eq(job_encode(&cases[i].change, &envelope, &err), -1);
        ck_assert_int_eq(err.class, ERR_REJECT);
        ck_assert_msg(strstr(err.text, cases[i].words) != NULL, "%s", err.text);
        buf_free(&envelope);
    }
}
END_TEST

START_TEST(a_job_larger_than_an_envelope_may_be_is_refused)
{
    static char args[JOB_ENVELOPE_MAX];
    struct buf envelope;
    struct err err = {0};
    memset(args, ' ', sizeof args);
    args[0] = '{';
    args[sizeof args - 1] = '}';
    struct job job = {.task = "t", .queue = "q", .args = {args, sizeof args}};
    buf_init(&envelope, JOB_ENVELOPE_MAX * 2);
    ck_assert_int_eq(job_encode(&job, &envelope, &err), -1);
    ck_assert_int_eq(err.class, ERR_REJECT);
    job.args = (struct str){"{}", 2};
    ck_assert_int_eq(job_encode(&job, &envelope, &err), 0);
    buf_free(&envelope);
}
END_TEST

START_TEST(any_mutation_of_an_envelope_is_read_or_refused_with_words)
{
    struct arena arena;
    struct buf envelope;
    struct err err = {0};
    struct job out, job = full_job();
    arena_init(&arena);
    buf_init(&envelope, JOB_ENVELOPE_MAX);
    ck_assert_int_eq(job_encode(&job, &envelope, &err), 0);
    for (size_t size = 0; size <= envelope.size; size++)
        for (int change = 0; change < 4; change++) {
            char *copy = arena_memdup(&arena, envelope.data, size);
            if (size > 0)
                copy[size * 7919 % size] = "\0z9\xff"[change];
            for (size_t at = 0; at < size; at += 1 + size / 64) {
                char kept = copy[at];
                copy[at] = "\0z9\xff"[change];
                err.text[0] = '\0';
                if (job_decode((struct str){copy, size}, &arena, &out, &err) != 0) {
                    ck_assert_int_eq(err.class, ERR_REJECT);
                    ck_assert_int_gt(strlen(err.text), 10);
                }
                copy[at] = kept;
            }
            arena_reset(&arena);
        }
    buf_free(&envelope);
    arena_free(&arena);
}
END_TEST

START_TEST(every_state_has_a_name_that_finds_it_again)
{
    for (int i = JOB_SCHEDULED; i <= JOB_EXPIRED; i++) {
        enum job_state state;
        ck_assert_int_eq(job_state_find(str_of(job_state_name((enum job_state)i)), &state), 0);
        ck_assert_int_eq(state, i);
        ck_assert(job_state_is_final(state) == (i >= JOB_DONE));
    }
    enum job_state state;
    ck_assert_int_eq(job_state_find(STR("lost"), &state), -1);
}
END_TEST

Suite *envelope_suite(void);
Suite *envelope_suite(void)
{
    Suite *suite = suite_create("envelope");
    TCase *tests = tcase_create("envelope");
    tcase_set_timeout(tests, 20);
    tcase_add_test(tests, an_envelope_reads_back_as_the_job_that_was_written);
    tcase_add_test(tests, a_job_out_of_its_limits_is_refused_by_name);
    tcase_add_test(tests, a_job_larger_than_an_envelope_may_be_is_refused);
    tcase_add_test(tests, any_mutation_of_an_envelope_is_read_or_refused_with_words);
    tcase_add_test(tests, every_state_has_a_name_that_finds_it_again);
    suite_add_tcase(suite, tests);
    return suite;
}
