/* /v1/budgets: what may be spent, what was, and what is left. */

#include "ledger/budgets.h"

#include "api/owned.h"
#include "api/reply.h"

static void run_state(struct request *request, const struct id *budget, const char *after, int64_t limit,
                      void (*done)(struct request *request, struct db_answer *answer))
{
    struct db_params *params = request_params(request);
    budgets_state_params(params, &request->user, 1, budget, after, limit, request->now_ms);
    request_run(request, &sql_budget_state, params, done);
}

/* One row as JSON; NULL: answered. */
static json_t *read_row(struct request *request, const struct db_rows *rows, int row,
                        struct budget_standing *standing)
{
    struct err err;
    if (budgets_read(rows, row, request->arena, standing, &err) != 0) {
        reply_error(request, &err);
        return NULL;
    }
    json_t *budget = budgets_json(rows, row, standing, request->arena);
    if (budget == NULL)
        reply_problem(request, PROBLEM_INTERNAL, NULL);
    return budget;
}

struct page {
    int64_t limit;
};

static void listed(struct request *request, struct db_answer *answer)
{
    const struct page *page = request->state;
    char next[ID_TEXT_SIZE];
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    json_t *data = json_own(request->arena, json_array());
    bool more = answer->rows.count > page->limit;
    for (int row = 0; row < answer->rows.count && row < page->limit; row++) {
        struct budget_standing standing;
        json_t *budget = read_row(request, &answer->rows, row, &standing);
        if (budget == NULL)
            return;
        json_array_append(data, budget);
        id_format(&standing.id, next);
    }
    reply_page(request, json_write(request->arena, data), more ? next : NULL);
}

void handle_budget_list(struct request *request)
{
    struct page *page = arena_alloc(request->arena, sizeof *page);
    const char *after = NULL;
    page->limit = request_page(request, &after, 1);
    if (request_refused(request))
        return;
    request->state = page;
    run_state(request, NULL, after, page->limit + 1, listed);
}

static void found(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0) {
        request_answer_failure(request, answer);
    } else if (answer->rows.count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    } else {
        struct budget_standing standing;
        json_t *budget = read_row(request, &answer->rows, 0, &standing);
        if (budget == NULL)
            return;
        bool is_new = request->state != NULL;
        if (is_new)
            reply_header(request, "Location", "/v1/budgets/%s",
                         json_string_value(json_object_get(budget, "id")));
        reply_header(request, "ETag", "\"%lld\"", (long long)standing.version);
        reply_json(request, is_new ? 201 : 200, json_write(request->arena, budget));
    }
}

void handle_budget_get(struct request *request)
{
    struct id id;
    if (request_param_id(request, 0, &id) == 0 && !request_refused(request))
        run_state(request, &id, NULL, 1, found);
}

/* The columns of budget_create and budget_update: status, pointer, detail, id. */
static void written(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0 || answer->rows.count == 0 || rows_is_null(&answer->rows, 0, 3)) {
        if (answer->result != 0)
            request_answer_failure(request, answer);
        else
            request_answer_rows(request, &answer->rows);
        return;
    }
    struct id id = rows_id(&answer->rows, 0, 3);
    run_state(request, &id, NULL, 1, found);
}

void handle_budget_create(struct request *request)
{
    const char *body = budgets_body(request->json, -1, request->arena, &request->faults);
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &request->id);
    db_add_text(params, body);
    db_add_time(params, request->now_ms);
    request->state = request; /* tells `found` that it is new */
    request_run(request, &sql_budget_create, params, written);
}

/* Now the currency is known, and so what its amounts may be. */
static void looked_up(struct request *request, struct db_answer *answer)
{
    struct id id;
    int64_t version;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    if (answer->rows.count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
        return;
    }
    struct budget_standing standing;
    if (read_row(request, &answer->rows, 0, &standing) == NULL)
        return;
    const char *body = budgets_body(request->json, standing.exponent, request->arena, &request->faults);
    if (request_param_id(request, 0, &id) != 0 || request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &id);
    db_add_text(params, body);
    db_add_time(params, request->now_ms);
    if (request_if_match(request, &version))
        db_add_int(params, version);
    else
        db_add_null(params);
    request_run(request, &sql_budget_update, params, written);
}

void handle_budget_update(struct request *request)
{
    struct id id;
    if (request_param_id(request, 0, &id) == 0 && !request_refused(request))
        run_state(request, &id, NULL, 1, looked_up);
}

void handle_budget_delete(struct request *request)
{
    owned_delete(request, &sql_budget_delete);
}
