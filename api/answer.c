/* What handlers answer by: refusals of what was sent, statements, and answers made of their rows. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/reply.h"

int request_param_id(struct request *request, size_t index, struct id *id)
{
    if (id_parse(request->params[index], id) == 0)
        return 0;
    reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    return -1;
}

bool request_refused(struct request *request)
{
    request_check_query(request);
    if (request->faults.count == 0)
        return false;
    reply_problem(request, PROBLEM_INVALID, NULL);
    return true;
}

struct db_params *request_params(struct request *request)
{
    struct db_params *params = arena_alloc(request->arena, sizeof *params);
    db_params_init(params, request->arena);
    return params;
}

struct call {
    struct request *request;
    void (*done)(struct request *request, struct db_answer *answer);
};

static void on_answer(void *arg, struct db_answer *answer)
{
    struct call *call = arg;
    call->done(call->request, answer);
}

void request_run(struct request *request, const struct sql *sql, const struct db_params *params,
                 void (*done)(struct request *request, struct db_answer *answer))
{
    struct call *call = arena_alloc(request->arena, sizeof *call);
    *call = (struct call){request, done};
    db_pool_run(request->api->pool, sql, params, on_answer, call);
}

static int column_of(const struct db_rows *rows, const char *name)
{
    int column = PQfnumber(rows->result, name);
    return column >= 0 && !rows_is_null(rows, 0, column) ? column : -1;
}

static const char *text_of(const struct db_rows *rows, const char *name)
{
    int column = column_of(rows, name);
    return column < 0 ? NULL : rows_text(rows, 0, column);
}

void request_answer_rows(struct request *request, const struct db_rows *rows)
{
    if (rows->count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
        return;
    }
    int column = column_of(rows, "status");
    int status = column < 0 ? 200 : (int)rows_int(rows, 0, column);
    const char *detail = text_of(rows, "detail"), *pointer = text_of(rows, "pointer");
    if (status >= 400) {
        if (pointer != NULL)
            faults_add(&request->faults, pointer, "%s", detail == NULL ? "is not acceptable" : detail);
        reply_problem(request, problem_of_status(status), detail == NULL ? NULL : "%s", detail);
        return;
    }
    if ((column = column_of(rows, "etag")) >= 0)
        reply_header(request, "ETag", "\"%" PRId64 "\"", rows_int(rows, 0, column));
    const char *location = text_of(rows, "location"), *body = text_of(rows, "body");
    if (location != NULL)
        reply_header(request, "Location", "%s", location);
    if (PQfnumber(rows->result, "next") >= 0)
        reply_page(request, body, text_of(rows, "next"));
    else if (body == NULL)
        reply_empty(request, status == 200 ? 204 : status);
    else
        reply_json(request, status, body);
}

/* What it means to a client that a constraint of the schema said no. */
static const struct {
    const char *constraint;
    enum problem problem;
    const char *pointer, *detail;
} constraints[] = {
#define CONSTRAINT(name, problem, pointer, detail) {#name, PROBLEM_##problem, pointer, detail},
#include "api/constraints.def"
#undef CONSTRAINT
};

void request_answer_failure(struct request *request, const struct db_answer *answer)
{
    for (size_t i = 0; i < sizeof constraints / sizeof *constraints; i++)
        if (strcmp(constraints[i].constraint, answer->constraint) == 0) {
            faults_add(&request->faults, constraints[i].pointer, "%s", constraints[i].detail);
            reply_problem(request, constraints[i].problem, NULL);
            return;
        }
    reply_error(request, &answer->err);
}

static void answer_with(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0)
        request_answer_failure(request, answer);
    else
        request_answer_rows(request, &answer->rows);
}

void request_answer(struct request *request, const struct sql *sql, const struct db_params *params)
{
    request_run(request, sql, params, answer_with);
}

enum { ROWS_LIMIT = 64 * 1024 * 1024 };

void reply_rows(struct request *request, const struct db_rows *rows, int64_t limit)
{
    struct buf *array = buf_new(request->arena, ROWS_LIMIT), *key = buf_new(request->arena, ROWS_LIMIT);
    int count = rows->count < limit ? rows->count : (int)limit, columns = PQnfields(rows->result);
    buf_add_char(array, '[');
    for (int row = 0; row < count; row++) {
        buf_add_text(array, row == 0 ? "" : ",");
        buf_add_text(array, rows_text(rows, row, columns - 1));
    }
    buf_add_char(array, ']');
    for (int column = 0; column + 1 < columns && rows->count > limit; column++) {
        buf_add_text(key, column == 0 ? "" : "\x1F");
        rows_add_key(rows, count - 1, column, key);
    }
    reply_page(request, array->overflowed ? "[]" : array->data, key->data);
}
