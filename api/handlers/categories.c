/* /v1/categories and /v1/tags. Categories and their names are what rows are sorted by: a change sorts anew.
 */

#include "ledger/categories.h"

#include "api/classify.h"
#include "api/owned.h"

void handle_category_list(struct request *request)
{
    owned_list(request, &sql_category_list);
}

void handle_category_create(struct request *request)
{
    const char *body = categories_body(request->json, true, request->arena, &request->faults);
    struct db_params *params = owned_create_params(request, body);
    if (params != NULL)
        classify_teach(request, &sql_category_create, params);
}

void handle_category_get(struct request *request)
{
    owned_get(request, &sql_category_get);
}

void handle_category_update(struct request *request)
{
    const char *body = categories_body(request->json, false, request->arena, &request->faults);
    struct db_params *params = owned_update_params(request, body);
    if (params != NULL)
        classify_teach(request, &sql_category_update, params);
}

void handle_category_delete(struct request *request)
{
    const struct id *move_to = NULL;
    request_query_id(request, "move_to", &move_to);
    struct db_params *params = owned_delete_params(request);
    if (params == NULL)
        return;
    db_add_id(params, move_to);
    classify_teach(request, &sql_category_delete, params);
}

void handle_tag_list(struct request *request)
{
    owned_list(request, &sql_tag_list);
}

void handle_tag_create(struct request *request)
{
    owned_create(request, &sql_tag_create, tags_body(request->json, true, request->arena, &request->faults));
}

void handle_tag_get(struct request *request)
{
    owned_get(request, &sql_tag_get);
}

void handle_tag_update(struct request *request)
{
    owned_update(request, &sql_tag_update, tags_body(request->json, false, request->arena, &request->faults));
}

void handle_tag_delete(struct request *request)
{
    owned_delete(request, &sql_tag_delete);
}
