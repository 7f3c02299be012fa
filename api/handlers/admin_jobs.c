/* For operators: single jobs and the dead, as `purser job` and `purser dead` have them. */
#include <inttypes.h>
#include <string.h>

#include "api/api.h"
#include "api/queue_call.h"
#include "api/reply.h"
#include "base/clock.h"
#include "queue/report.h"

/* One job */

/* What Redis does not have may be known to PostgreSQL: that it has ended, or has not been put yet. */
static void explain_row(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) != 0)
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &job);
    request_answer(request, &sql_job_explain, params);
}

static void on_explained(struct queue_call *call, const redisReply *reply)
{
    struct request *request = call->request;
    struct err err;
    const char *live = report_explain(reply, request->arena, &err);
    const char *row = call->state; /* set: the whole job is shown */
    if (live == NULL)
        reply_error(request, &err);
    else if (row != NULL && (strcmp(row, "null") != 0 || strcmp(live, "null") != 0))
        reply_json(request, 200, arena_printf(request->arena, "{\"row\":%s,\"redis\":%s}", row, live));
    else if (strcmp(live, "null") == 0)
        explain_row(request);
    else
        reply_json(request, 200, live);
}

static void explain(struct request *request, const struct id *job, const char *row)
{
    struct queue_call *call = queue_call_begin(request, "explain");
    call->done = on_explained;
    call->state = (void *)row;
    redis_add_int(&call->args, clock_wall_ms());
    redis_add_id(&call->args, job);
    queue_call_send(call);
}

void handle_admin_explain(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) == 0 && !request_refused(request))
        explain(request, &job, NULL);
}

static void on_row(struct request *request, struct db_answer *answer)
{
    struct id job;
    if (answer->result != 0)
        reply_error(request, &answer->err);
    else if (request_param_id(request, 0, &job) == 0)
        explain(request, &job,
                answer->rows.count == 0 ? "null"
                                        : arena_strdup(request->arena, rows_text(&answer->rows, 0, 0)));
}

void handle_admin_job(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) != 0 || request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &job);
    request_run(request, &sql_job_show, params, on_row);
}

static void on_cancel_recorded(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0)
        reply_error(request, &answer->err);
    else
        reply_json(request, 200,
                   arena_printf(request->arena, "{\"cancel\":\"%s\"}", (const char *)request->state));
}

static void on_cancelled(struct queue_call *call, const redisReply *reply)
{
    struct request *request = call->request;
    struct id job;
    request->state = arena_strdup(request->arena, reply->str);
    /* A running one ends in PostgreSQL when its worker has stopped it, so that its effects and its end do not
     * cross. */
    if (strcmp(reply->str, "running") == 0) {
        reply_json(request, 200, "{\"cancel\":\"running\"}");
        return;
    }
    if (request_param_id(request, 0, &job) != 0)
        return;
    struct db_params *params = request_params(request);
    db_add_ids(params, &job, NULL, 1);
    db_add_text(params, job_state_name(JOB_CANCELLED));
    db_add_text(params, "cancelled by an operator");
    db_add_time(params, clock_wall_ms());
    request_run(request, &sql_job_finish, params, on_cancel_recorded);
}

void handle_admin_job_cancel(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) != 0)
        return;
    struct queue_call *call = queue_call_begin(request, "cancel");
    call->done = on_cancelled;
    redis_add_id(&call->args, &job);
    queue_call_send(call);
}

/* The dead. A filter is read by Redis page by page; those that it finds are tried again, or dropped, in
 * parts. */

enum { PAGE = 500 };

struct dead_work {
    struct request *request;
    const char *task, *queue, *reason; /* "" matches all */
    bool is_retry, has_one;            /* one: by its id, answers 204 or 404 */
    int64_t offset, count;
    struct id *ids;
    size_t used, capacity, done;
};

static void go_on(struct dead_work *work);

static void add_id(struct dead_work *work, const struct id *id)
{
    if (work->used == work->capacity) {
        size_t capacity = work->capacity == 0 ? 64 : work->capacity * 2;
        struct id *more = arena_array(work->request->arena, capacity, sizeof *more);
        if (work->used > 0)
            memcpy(more, work->ids, work->used * sizeof *more);
        work->ids = more;
        work->capacity = capacity;
    }
    work->ids[work->used++] = *id;
}

static size_t part_of(const struct dead_work *work)
{
    return work->used - work->done > PAGE ? PAGE : work->used - work->done;
}

static void finish(struct dead_work *work)
{
    struct request *request = work->request;
    if (!work->has_one)
        reply_json(request, 200,
                   arena_printf(request->arena, "{\"%s\":%" PRId64 "}",
                                work->is_retry ? "retried" : "dropped", work->count));
    else if (work->count == 0)
        reply_problem(request, PROBLEM_NOT_FOUND, "there is no dead job of this id");
    else
        reply_empty(request, 204);
}

static void on_part(struct queue_call *call, const redisReply *reply)
{
    struct dead_work *work = call->state;
    int64_t here = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    for (size_t i = 0; reply->type == REDIS_REPLY_STRING && i < reply->len; i++)
        here += reply->str[i] == '+';
    /* Redis counts what it has; a row that only PostgreSQL had is put by the relay. */
    int64_t rows = (int64_t)(intptr_t)work->request->state;
    work->count += here > rows ? here : rows;
    work->done += part_of(work);
    go_on(work);
}

static void send_part(struct dead_work *work)
{
    struct queue_call *call = queue_call_begin(work->request, work->is_retry ? "dead_retry" : "dead_drop");
    call->done = on_part;
    call->state = work;
    if (work->is_retry)
        redis_add_int(&call->args, clock_wall_ms());
    for (size_t i = 0; i < part_of(work); i++)
        redis_add_id(&call->args, &work->ids[work->done + i]);
    queue_call_send(call);
}

static void on_revived(void *data, struct db_answer *answer)
{
    struct dead_work *work = data;
    if (answer->result != 0) {
        reply_error(work->request, &answer->err);
        return;
    }
    work->request->state = (void *)(intptr_t)answer->rows.count;
    send_part(work);
}

static void go_on(struct dead_work *work)
{
    struct request *request = work->request;
    request->state = NULL;
    if (work->done == work->used) {
        finish(work);
    } else if (work->is_retry) {
        /* The row first: when Redis does not hear of it, the relay puts the job. */
        struct db_params *params = request_params(request);
        db_add_ids(params, work->ids + work->done, NULL, part_of(work));
        db_pool_run(request->api->pool, &sql_job_revive, params, on_revived, work);
    } else {
        send_part(work);
    }
}

static void find_page(struct dead_work *work);

static void on_found(struct queue_call *call, const redisReply *reply)
{
    struct dead_work *work = call->state;
    for (size_t i = 1; i + 3 < reply->elements; i += 4) {
        struct id id;
        if (id_parse((struct str){reply->element[i]->str, reply->element[i]->len}, &id) == 0)
            add_id(work, &id);
    }
    work->offset = reply->element[0]->integer;
    if (work->offset >= 0)
        find_page(work);
    else
        go_on(work);
}

static struct queue_call *begin_find(struct dead_work *work, int64_t limit)
{
    struct queue_call *call = queue_call_begin(work->request, "dead");
    call->state = work;
    redis_add_int(&call->args, work->offset);
    redis_add_int(&call->args, limit);
    redis_add_text(&call->args, work->task);
    redis_add_text(&call->args, work->queue);
    redis_add_text(&call->args, work->reason);
    return call;
}

static void find_page(struct dead_work *work)
{
    struct queue_call *call = begin_find(work, PAGE);
    call->done = on_found;
    queue_call_send(call);
}

static struct dead_work *read_filter(struct request *request)
{
    struct dead_work *work = arena_alloc(request->arena, sizeof *work);
    *work = (struct dead_work){.request = request, .task = "", .queue = "", .reason = ""};
    request_query_text(request, "task", JOB_NAME_MAX, &work->task);
    request_query_text(request, "queue", JOB_NAME_MAX, &work->queue);
    request_query_text(request, "reason", 200, &work->reason);
    return work;
}

static void on_listed(struct queue_call *call, const redisReply *reply)
{
    struct request *request = call->request;
    struct err err;
    const char *array = report_dead(reply, request->arena, &err);
    if (array == NULL) {
        reply_error(request, &err);
        return;
    }
    long long next = reply->element[0]->integer;
    reply_page(request, array, next < 0 ? NULL : arena_printf(request->arena, "%lld", next));
}

void handle_admin_dead(struct request *request)
{
    struct dead_work *work = read_filter(request);
    const char *after = NULL;
    int64_t limit = request_page(request, &after, 1);
    if (after != NULL && str_to_int(str_of(after), &work->offset) != 0)
        faults_add(&request->faults, "cursor", "is not a cursor of this list");
    if (request_refused(request))
        return;
    struct queue_call *call = begin_find(work, limit);
    call->done = on_listed;
    queue_call_send(call);
}

static void by_filter(struct request *request, bool is_retry)
{
    struct dead_work *work = read_filter(request);
    bool all = false;
    request_query_bool(request, "all", &all);
    work->is_retry = is_retry;
    if (!all && work->task[0] == '\0' && work->queue[0] == '\0' && work->reason[0] == '\0')
        faults_add(&request->faults, "all", "must be true where there is no filter");
    if (!request_refused(request))
        find_page(work);
}

void handle_admin_dead_retry_all(struct request *request)
{
    by_filter(request, true);
}

void handle_admin_dead_drop_all(struct request *request)
{
    by_filter(request, false);
}

static void by_id(struct request *request, bool is_retry)
{
    struct id job;
    if (request_param_id(request, 0, &job) != 0)
        return;
    struct dead_work *work = arena_alloc(request->arena, sizeof *work);
    *work = (struct dead_work){.request = request, .is_retry = is_retry, .has_one = true};
    add_id(work, &job);
    go_on(work);
}

void handle_admin_dead_retry(struct request *request)
{
    by_id(request, true);
}

void handle_admin_job_retry(struct request *request)
{
    by_id(request, true);
}

void handle_admin_dead_drop(struct request *request)
{
    by_id(request, false);
}
