/*
 * train_prior: makes the installation's prior out of what consenting people taught of default categories.
 *
 * Needs     args {"version": ms since 1970 of the night}.
 * Promises  only people whose setting shares their labels; a merchant or word enters when at least
 * PRIOR_USERS_MIN of them filed it (finance/classifier_prior.h). A prior that says what the newest says
 * already is not kept, so that nobody's rows are sorted anew for nothing. Repeating it changes nothing.
 */
#include <stddef.h>

#include "base/settings.h"
#include "finance/classifier_prior.h"
#include "tasks/args.h"

enum { PAGE_LABELS = 10000, PRIOR_LIMIT = 256 * 1024 * 1024 };

struct args {
    int64_t version;
};

struct training {
    struct task_context *context;
    struct prior_builder *builder;
    struct id person; /* the one before, and the label before */
    int64_t revision;
    int64_t people, labels;
};

static const struct json_field args_fields[] = {
    {"version", JSON_FIELD_INT, JSON_REQUIRED, 1, INT64_MAX, offsetof(struct args, version)},
};

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    struct args read;
    (void)!JSON_DECODE(args, "", args_fields, &read, arena, faults); /* faults has it */
}

static void add_label(struct training *training, const struct db_rows *rows, int row)
{
    struct id person = rows_id(rows, row, 0);
    int category = default_category_find(str_of(rows_text(rows, row, 3)));
    training->people += !id_equal(&person, &training->person);
    training->person = person;
    training->revision = rows_int(rows, row, 1);
    if (category < 0 || training->people > settings.classifier_prior_people_max)
        return;
    struct normalised text;
    normalise_text(rows_bytes(rows, row, 2), &text);
    prior_builder_add(training->builder, (uint32_t)training->people, &text, (enum default_category)category);
    training->labels++;
}

static int read_labels(struct training *training, struct err *err)
{
    struct arena arena;
    struct db_rows rows = {.count = PAGE_LABELS};
    int status = 0;
    arena_init(&arena);
    while (status == 0 && rows.count == PAGE_LABELS &&
           training->people <= settings.classifier_prior_people_max) {
        struct db_params params;
        arena_reset(&arena);
        db_params_init(&params, &arena);
        db_add_id(&params, &training->person);
        db_add_int(&params, training->revision);
        db_add_int(&params, PAGE_LABELS);
        status = db_run(training->context->db, &sql_prior_labels, &params, &rows, err);
        for (int row = 0; status == 0 && row < rows.count; row++)
            add_label(training, &rows, row);
    }
    arena_free(&arena);
    return status;
}

static int store(struct training *training, int64_t version, struct job *job, struct err *err)
{
    struct arena *arena = training->context->arena;
    struct prior *prior = prior_build(training->builder);
    struct buf bytes;
    struct db_params params;
    struct db_rows rows;
    size_t entries = prior_count(prior);
    buf_init(&bytes, PRIOR_LIMIT);
    prior_write(prior, &bytes);
    prior_free(prior);
    int status =
        bytes.overflowed ? err_set(err, ERR_BUG, "the prior has more than %d bytes", PRIOR_LIMIT) : 0;
    if (status == 0) {
        db_params_init(&params, arena);
        db_add_int(&params, version);
        db_add_bytes(&params, bytes.data, bytes.size);
        db_add_int(&params, training->people);
        db_add_int(&params, training->labels);
        db_add_int(&params, (int64_t)entries);
        db_add_time(&params, training->context->now_ms);
        status = db_run(training->context->db, &sql_prior_store, &params, &rows, err);
    }
    buf_free(&bytes);
    if (status == 0)
        job->outcome.result =
            arena_printf(arena, "{\"people\":%lld,\"labels\":%lld,\"entries\":%zu,\"is_new\":%s}",
                         (long long)training->people, (long long)training->labels, entries,
                         rows_bool(&rows, 0, 0) ? "true" : "false");
    return status;
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct args args = {0};
        if (jobs[i].skip || task_read_args(context, &jobs[i], args_fields, &args) != 0)
            continue;
        struct training training = {.context = context, .builder = prior_builder_new()};
        int status = read_labels(&training, err);
        if (status == 0)
            status = store(&training, args.version, &jobs[i], err);
        prior_builder_free(training.builder);
        if (status != 0)
            return -1;
    }
    return 0;
}

const struct task task_train_prior = {
    .name = "train_prior",
    .summary = "Learns from consenting people where this installation files its merchants.",
    .queue = "classify",
    .batch_max = 1,
    .timeout_ms = 30 * 60 * 1000,
    .retry = {.attempts_max = 5, .base_ms = 60000, .max_ms = 60 * 60 * 1000},
    .args_max = 100,
    .transaction = TASK_OWN_TRANSACTIONS,
    .validate = validate,
    .run = run,
};
