/* /v1/mappings: CSV mappings that a person saved under a name. */

#include "api/handlers/upload_preview.h"
#include "api/request.h"

enum { MAPPING_NAME_MAX = 100 };

/* The name in the path; NULL: answered already. */
static const char *name_of(struct request *request)
{
    struct str name = request->params[0];
    if (name.size == 0 || !str_is_utf8(name) || str_utf8_length(name) > MAPPING_NAME_MAX ||
        str_has_control(name) || name.data[0] == '{')
        faults_add(&request->faults, "name", "must have 1 to %d characters, and not start with {",
                   MAPPING_NAME_MAX);
    return request_refused(request) ? NULL : arena_memdup(request->arena, name.data, name.size);
}

void handle_mapping_list(struct request *request)
{
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    request_answer(request, &sql_preset_list, params);
}

void handle_mapping_put(struct request *request)
{
    (void)upload_mapping_check(request, request->json, "");
    const char *name = name_of(request);
    if (name == NULL)
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, name);
    db_add_text(params, json_write(request->arena, request->json));
    db_add_time(params, request->now_ms);
    request_answer(request, &sql_preset_put, params);
}

void handle_mapping_delete(struct request *request)
{
    const char *name = name_of(request);
    if (name == NULL)
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, name);
    request_answer(request, &sql_preset_delete, params);
}
