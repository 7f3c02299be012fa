/* /v1/classify and /v1/classifier: asking the person's classifier, sorting what is stored, how well it does.
 */

#include "api/classify.h"

#include <stddef.h>

#include "api/accept.h"
#include "api/api.h"
#include "api/job_view.h"
#include "api/reply.h"
#include "base/settings.h"
#include "finance/classifier_threshold.h"
#include "finance/date.h"
#include "finance/money.h"
#include "ledger/jobs.h"
#include "ledger/transactions.h"
#include "tasks/classify.h"

enum { DAY_MS = 86400000 };

/* Asking */

struct asked {
    const char *description, *payee, *amount, *currency, *date;
    const struct id *account_id;
    const char *answer;
};

#define MEMBER(member) offsetof(struct asked, member)

static const struct json_field asked_fields[] = {
    {"description", JSON_FIELD_TEXT, JSON_REQUIRED, 1, DESCRIPTION_MAX, MEMBER(description)},
    {"payee", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, MEMBER(payee)},
    {"amount", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, MEMBER(amount)},
    {"currency", JSON_FIELD_TEXT, JSON_NULLABLE, 3, 3, MEMBER(currency)},
    {"date", JSON_FIELD_TEXT, JSON_NULLABLE, 10, 10, MEMBER(date)},
    {"account_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, MEMBER(account_id)},
};

/* The question as a row. Without an amount it is money out, of the least size. */
static void read_question(struct request *request, const struct asked *asked, const char *users_currency,
                          struct sorting_row *row)
{
    const struct currency *currency =
        currency_find(str_of(asked->currency == NULL ? users_currency : asked->currency));
    *row = (struct sorting_row){.description = str_of(asked->description),
                                .payee = asked->payee == NULL ? STR("") : str_of(asked->payee),
                                .amount_minor = -1,
                                .exponent = currency == NULL ? 2 : currency->exponent,
                                .date = (int32_t)(request->now_ms / DAY_MS),
                                .stored_ms = request->now_ms};
    if (asked->account_id != NULL)
        row->account = *asked->account_id;
    if (currency == NULL)
        faults_add(&request->faults, "/currency", "is not a currency of ISO 4217");
    if (asked->date != NULL && date_parse(str_of(asked->date), &row->date) != 0)
        faults_add(&request->faults, "/date", "must be a date that exists, as YYYY-MM-DD");
    enum money_result result = MONEY_OK;
    if (asked->amount != NULL)
        result = money_parse(str_of(asked->amount), row->exponent, &row->amount_minor);
    if (result != MONEY_OK)
        faults_add(&request->faults, "/amount", "%s", money_result_text(result));
}

static void think(struct request *request, const struct sorter *sorter)
{
    struct asked *asked = request->state;
    struct sorting_row row;
    struct sorted sorted;
    read_question(request, asked, sorter->learner->currency, &row);
    if (request->faults.count > 0)
        return;
    sorter_sort(sorter, &row, &sorted);
    const char *category = "null";
    if (sorted.category != NULL) {
        char id[ID_TEXT_SIZE];
        id_format(sorted.category, id);
        category = json_quote(request->arena, str_of(id));
    }
    float threshold = classifier_state(sorter->classifier).threshold;
    asked->answer = arena_printf(
        request->arena, "{\"data\":%s,\"category_id\":%s,\"source\":\"%s\",\"threshold\":%s,\"labels\":%u}",
        sorter_ranking(sorter, &row, &sorted, request->arena), category,
        classifier_source_name(sorted.source),
        threshold > 1 ? "null" : arena_printf(request->arena, "%.3f", (double)threshold),
        classifier_state(sorter->classifier).labels);
}

static void thought(struct request *request)
{
    const struct asked *asked = request->state;
    if (!request_refused(request))
        reply_json(request, 200, asked->answer);
}

void handle_classify(struct request *request)
{
    struct asked *asked = arena_alloc(request->arena, sizeof *asked);
    request_decode(request, asked_fields, asked);
    if (request_refused(request))
        return;
    request->state = asked;
    classify_run(request, think, thought);
}

/* Sorting what is stored */

struct accepted {
    struct job job;
    struct str envelope;
};

static void on_accepted(struct request *request, struct db_answer *answer)
{
    const struct accepted *accepted = request->state;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    accept_put(request->api, &accepted->envelope, 1);
    reply_job(request, &accepted->job, NULL);
}

/* Accepts a job of the user's: 202. */
static void accept_work(struct request *request, const char *task, const char *args)
{
    struct err err;
    struct accepted *accepted = arena_alloc(request->arena, sizeof *accepted);
    char *lane = arena_alloc(request->arena, ID_TEXT_SIZE);
    const struct id *user = &request->user;
    id_format(&request->user, lane);
    accepted->job = accept_job(request, task_find(task), lane, args);
    request->state = accepted;
    struct db_params *params = request_params(request);
    if (job_encode_in(request->arena, &accepted->job, &accepted->envelope, &err) != 0 ||
        jobs_accept_params(params, &accepted->job, &user, 1, &err) != 0) {
        reply_error(request, &err);
        return;
    }
    request_run(request, &sql_job_accept, params, on_accepted);
}

struct run_body {
    const char *scope;
};

static const struct json_field run_fields[] = {
    {"scope", JSON_FIELD_TEXT, JSON_NULLABLE, 1, 20, offsetof(struct run_body, scope)},
};

void handle_classify_run(struct request *request)
{
    struct run_body body = {NULL};
    int scope = CLASSIFY_AUTOMATIC;
    request_decode(request, run_fields, &body);
    if (body.scope != NULL) {
        for (scope = CLASSIFY_AUTOMATIC; classify_scope_names[scope] != NULL; scope++)
            if (strcmp(classify_scope_names[scope], body.scope) == 0)
                break;
        if (classify_scope_names[scope] == NULL)
            faults_add(&request->faults, "/scope", "must be automatic, uncategorised, all or rules");
    }
    if (request_refused(request))
        return;
    accept_work(request, "classify_transactions",
                classify_args(request->arena, &request->user, (enum classify_scope)scope));
}

static void on_run_found(struct request *request, struct db_answer *answer)
{
    char user[ID_TEXT_SIZE];
    struct id run;
    id_format(&request->user, user);
    if (answer->result != 0) {
        request_answer_failure(request, answer);
    } else if (answer->rows.count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, "there is no such run, or nothing of it to undo");
    } else if (request_param_id(request, 0, &run) == 0) {
        char text[ID_TEXT_SIZE];
        id_format(&run, text);
        accept_work(request, "undo_classify_run",
                    arena_printf(request->arena, "{\"run\":\"%s\",\"user\":\"%s\"}", text, user));
    }
}

void handle_classify_run_undo(struct request *request)
{
    struct id run;
    if (request_param_id(request, 0, &run) != 0 || request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &run);
    request_run(request, &sql_classify_run_find, params, on_run_found);
}

/* How well it does, and what it is to do */

void handle_classifier_get(struct request *request)
{
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_int(params, settings.classifier_target_permille);
    db_add_date(params, (int32_t)(request->now_ms / DAY_MS));
    /* Until rows were sorted the threshold is where it starts. */
    struct threshold threshold;
    threshold_init(&threshold, (float)settings.classifier_target_permille / 1000);
    db_add_int(params, threshold_permille(threshold.value));
    request_answer(request, &sql_classifier_get, params);
}

struct wishes {
    const char *target_precision;
    bool share_labels;
};

static const struct json_field wish_fields[] = {
    {"target_precision", JSON_FIELD_DECIMAL, 0, 0, 0, offsetof(struct wishes, target_precision)},
    {"share_labels", JSON_FIELD_BOOL, 0, 0, 0, offsetof(struct wishes, share_labels)},
};

void handle_classifier_update(struct request *request)
{
    struct wishes wishes = {NULL, false};
    int64_t permille = 0;
    request_decode(request, wish_fields, &wishes);
    if (wishes.target_precision != NULL &&
        (money_parse(str_of(wishes.target_precision), 3, &permille) != MONEY_OK || permille < 500 ||
         permille > 999))
        faults_add(&request->faults, "/target_precision",
                   "must be a number from 0.5 to 0.999 of at most three decimals");
    if (request_refused(request))
        return;
    json_t *body = json_own(request->arena, json_object());
    if (wishes.target_precision != NULL)
        json_object_set_new(body, "target_precision", json_real((double)permille / 1000));
    if (json_object_get(request->json, "share_labels") != NULL)
        json_object_set_new(body, "share_labels", json_boolean(wishes.share_labels));
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, json_write(request->arena, body));
    db_add_time(params, request->now_ms);
    db_add_int(params, settings.classifier_target_permille);
    classify_teach(request, &sql_classifier_update, params);
}
