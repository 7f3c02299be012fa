#include "api/owned.h"

void owned_list(struct request *request, const struct sql *sql)
{
    const char *after = NULL;
    int64_t limit = request_page(request, &after, 1);
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, after);
    db_add_int(params, limit);
    request_answer(request, sql, params);
}

void owned_get(struct request *request, const struct sql *sql)
{
    struct id id;
    if (request_param_id(request, 0, &id) != 0 || request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &id);
    request_answer(request, sql, params);
}

struct db_params *owned_create_params(struct request *request, const char *body)
{
    if (request_refused(request))
        return NULL;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &request->id);
    db_add_text(params, body);
    db_add_time(params, request->now_ms);
    return params;
}

void owned_create(struct request *request, const struct sql *sql, const char *body)
{
    struct db_params *params = owned_create_params(request, body);
    if (params != NULL)
        request_answer(request, sql, params);
}

static void add_if_match(struct request *request, struct db_params *params)
{
    int64_t version;
    if (request_if_match(request, &version))
        db_add_int(params, version);
    else
        db_add_null(params);
}

struct db_params *owned_update_params(struct request *request, const char *body)
{
    struct id id;
    if (request_param_id(request, 0, &id) != 0 || request_refused(request))
        return NULL;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &id);
    db_add_text(params, body);
    db_add_time(params, request->now_ms);
    add_if_match(request, params);
    return params;
}

void owned_update(struct request *request, const struct sql *sql, const char *body)
{
    struct db_params *params = owned_update_params(request, body);
    if (params != NULL)
        request_answer(request, sql, params);
}

struct db_params *owned_delete_params(struct request *request)
{
    struct id id;
    if (request_param_id(request, 0, &id) != 0 || request_refused(request))
        return NULL;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &id);
    db_add_time(params, request->now_ms);
    add_if_match(request, params);
    return params;
}

void owned_delete(struct request *request, const struct sql *sql)
{
    struct db_params *params = owned_delete_params(request);
    if (params != NULL)
        request_answer(request, sql, params);
}
