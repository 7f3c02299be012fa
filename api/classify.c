#include "api/classify.h"

#include <stdlib.h>

#include "api/accept.h"
#include "api/api.h"
#include "api/offload.h"
#include "api/reply.h"
#include "base/settings.h"
#include "ledger/models.h"
#include "tasks/classify.h"

struct classify {
    struct models *models;
    int waiting;
};

/* One question on its way. */
struct question {
    struct request *request;
    void (*work)(struct request *request, const struct sorter *sorter);
    void (*done)(struct request *request);
    void *state; /* the handler's; request->state is ours until the work begins */
    struct learner learner;
    struct db_rows prior_rows, rule_rows, label_rows;
    struct prior *prior;
    struct err err;
    struct model *model;
};

struct classify *classify_new(void)
{
    struct classify *classify = calloc(1, sizeof *classify);
    if (classify == NULL)
        abort();
    classify->models = models_new((size_t)settings.classifier_models);
    return classify;
}

void classify_free(struct classify *classify)
{
    models_free(classify->models);
    free(classify);
}

static void leave(struct question *question)
{
    struct classify *classify = question->request->api->classify;
    classify->waiting--;
    if (question->model != NULL)
        models_give(classify->models, question->model);
    question->model = NULL;
    question->request->state = question->state;
}

/* True: the answer to a statement is a failure, and the request was answered. */
static bool has_failed(struct question *question, struct db_answer *answer)
{
    if (answer->result == 0)
        return false;
    leave(question);
    request_answer_failure(question->request, answer);
    return true;
}

static void ask(struct question *question, const struct sql *sql, const struct db_params *params,
                db_pool_done *next)
{
    db_pool_run(question->request->api->pool, sql, params, next, question);
}

static void think(struct request *request)
{
    struct question *question = request->state;
    struct classifier_label *labels;
    struct rule_list rules;
    int row = 0, rule_row = 0;
    size_t count =
        learner_read_labels(&question->learner, &question->label_rows, &row, request->arena, &labels);
    model_learn(question->model, &question->learner, labels, count);
    rules_read_rows(&question->rule_rows, &rule_row, &request->user, request->arena, &rules);
    struct sorter sorter = {&question->learner, question->model->classifier, &rules, true};
    request->state = question->state;
    question->work(request, &sorter);
    question->state = request->state;
    request->state = question;
}

static void thought(struct request *request)
{
    struct question *question = request->state;
    leave(question);
    question->done(request);
}

static void on_labels(void *arg, struct db_answer *answer)
{
    struct question *question = arg;
    if (has_failed(question, answer))
        return;
    question->label_rows = answer->rows;
    offload_always(question->request, think, thought);
}

static void on_rules(void *arg, struct db_answer *answer)
{
    struct question *question = arg;
    if (has_failed(question, answer))
        return;
    question->rule_rows = answer->rows;
    question->model = models_take(question->request->api->classify->models, &question->learner);
    struct db_params *params = request_params(question->request);
    learners_label_params(params, &question->learner, &question->model->revision, 1);
    ask(question, &sql_label_read, params, on_labels);
}

static void on_categories(void *arg, struct db_answer *answer)
{
    struct question *question = arg;
    if (has_failed(question, answer))
        return;
    learners_read_categories(&answer->rows, question->request->arena, &question->learner, 1);
    struct db_params *params = request_params(question->request);
    db_add_ids(params, &question->request->user, NULL, 1);
    ask(question, &sql_rule_read, params, on_rules);
}

static void read_categories(struct question *question)
{
    struct db_params *params = request_params(question->request);
    learners_category_params(params, &question->learner, 1);
    ask(question, &sql_label_categories, params, on_categories);
}

static void read_prior(struct request *request)
{
    struct question *question = request->state;
    question->prior = prior_read_bytes(rows_bytes(&question->prior_rows, 0, 0), &question->err);
}

static void prior_is_read(struct request *request)
{
    struct question *question = request->state;
    struct models *models = request->api->classify->models;
    if (question->prior == NULL) {
        leave(question);
        reply_error(request, &question->err);
    } else if (models_prior_version(models) == question->learner.prior_version) {
        prior_free(question->prior); /* another request was faster */
        read_categories(question);
    } else {
        models_set_prior(models, question->learner.prior_version, question->prior);
        read_categories(question);
    }
}

static void on_prior(void *arg, struct db_answer *answer)
{
    struct question *question = arg;
    if (has_failed(question, answer))
        return;
    if (answer->rows.count == 0) {
        leave(question);
        reply_retry_after(question->request, PROBLEM_BUSY, 1, "the prior was trained anew meanwhile");
        return;
    }
    question->prior_rows = answer->rows;
    offload_always(question->request, read_prior, prior_is_read);
}

static void on_learner(void *arg, struct db_answer *answer)
{
    struct question *question = arg;
    struct models *models = question->request->api->classify->models;
    if (has_failed(question, answer))
        return;
    if (answer->rows.count == 0) {
        leave(question);
        reply_problem(question->request, PROBLEM_NOT_FOUND, NULL);
        return;
    }
    learners_read(&answer->rows, &question->learner);
    if (question->learner.prior_version == models_prior_version(models)) {
        read_categories(question);
    } else if (question->learner.prior_version == 0) {
        models_set_prior(models, 0, NULL);
        read_categories(question);
    } else {
        struct db_params *params = request_params(question->request);
        db_add_int(params, question->learner.prior_version);
        ask(question, &sql_label_prior, params, on_prior);
    }
}

void classify_run(struct request *request, void (*work)(struct request *request, const struct sorter *sorter),
                  void (*done)(struct request *request))
{
    struct classify *classify = request->api->classify;
    if (classify->waiting >= settings.classify_waiting_max) {
        reply_retry_after(request, PROBLEM_BUSY, 1, "too many questions to the classifier at one time");
        return;
    }
    classify->waiting++;
    struct question *question = arena_alloc(request->arena, sizeof *question);
    *question = (struct question){.request = request, .work = work, .done = done, .state = request->state};
    request->state = question;
    struct db_params *params = request_params(request);
    learners_params(params, &request->user, 1);
    ask(question, &sql_label_learners, params, on_learner);
}

static void taught(struct request *request, struct db_answer *answer)
{
    const struct str *envelope = request->state;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    int column = PQfnumber(answer->rows.result, "accepted");
    if (answer->rows.count > 0 && rows_bool(&answer->rows, 0, column))
        accept_put(request->api, envelope, 1);
    request_answer_rows(request, &answer->rows);
}

void classify_teach(struct request *request, const struct sql *sql, struct db_params *params)
{
    struct err err;
    struct str *envelope = arena_alloc(request->arena, sizeof *envelope);
    char lane[ID_TEXT_SIZE];
    id_format(&request->user, lane);
    struct job job = accept_job(request, task_find("classify_transactions"), lane,
                                classify_args(request->arena, &request->user, CLASSIFY_WANTED));
    if (settings.classify_delay_ms > 0)
        job.run_at_ms = request->now_ms + settings.classify_delay_ms;
    if (job_encode_in(request->arena, &job, envelope, &err) != 0) {
        reply_error(request, &err);
        return;
    }
    db_add_id(params, &job.id);
    db_add_text(params, job.task);
    db_add_text(params, job.queue);
    db_add_bytes(params, envelope->data, envelope->size);
    request->state = envelope;
    request_run(request, sql, params, taught);
}
