/* /v1/rules: a person's own rules, in his order; trying one on what is stored; taking them along. */

#include "finance/rules.h"

#include <stddef.h>

#include "api/offload.h"
#include "api/owned.h"
#include "api/reply.h"
#include "base/settings.h"
#include "finance/date.h"
#include "finance/money.h"

enum { EXAMPLES_MAX = 20, POSITION_MAX = 1000000 };

/* Members of a rule as the API shows it that are not the rule's own: may be sent back, and are left out. */
static const char *const shown_members[] = {"id", "version", "created_at", "updated_at"};

/* The checked rule, with its position if one was given, as JSON text; NULL when there are faults. */
static const char *read_body(struct request *request, json_t *posted, const char *pointer)
{
    struct rule rule;
    json_t *position = NULL;
    if (!json_is_object(posted)) {
        faults_add(&request->faults, pointer, "must be an object");
        return NULL;
    }
    json_t *body = json_own(request->arena, json_copy(posted));
    for (size_t i = 0; i < sizeof shown_members / sizeof *shown_members; i++)
        json_object_del(body, shown_members[i]);
    position = json_object_get(body, "position");
    if (position != NULL && (!json_is_integer(position) || json_integer_value(position) < 1 ||
                             json_integer_value(position) > POSITION_MAX)) {
        faults_add(&request->faults, arena_printf(request->arena, "%s/position", pointer),
                   "must be a whole number from 1 to %d", POSITION_MAX);
        return NULL;
    }
    json_t *bare = json_own(request->arena, json_copy(body));
    json_object_del(bare, "position");
    return rule_read(bare, pointer, request->arena, &rule, &request->faults) == 0
               ? json_write(request->arena, body)
               : NULL;
}

void handle_rule_list(struct request *request)
{
    owned_list(request, &sql_rule_list);
}

void handle_rule_get(struct request *request)
{
    owned_get(request, &sql_rule_get);
}

void handle_rule_create(struct request *request)
{
    const char *body = read_body(request, request->json, "");
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &request->id);
    db_add_text(params, body);
    db_add_time(params, request->now_ms);
    db_add_int(params, settings.rules_max);
    request_answer(request, &sql_rule_create, params);
}

/* The rule as it is, with what was posted over it. */
static void on_rule_found(struct request *request, struct db_answer *answer)
{
    struct faults faults;
    int64_t version;
    faults_init(&faults, request->arena);
    if (answer->result != 0 || answer->rows.count == 0) {
        if (answer->result != 0)
            request_answer_failure(request, answer);
        else
            reply_problem(request, PROBLEM_NOT_FOUND, NULL);
        return;
    }
    json_t *stored = json_read(request->arena, rows_bytes(&answer->rows, 0, 1), &faults);
    if (stored == NULL) {
        reply_problem(request, PROBLEM_INTERNAL, NULL);
        return;
    }
    json_object_del(stored, "position"); /* stays where it is unless one is posted */
    json_object_update(stored, request->json);
    const char *body = read_body(request, stored, "");
    if (request_refused(request))
        return;
    struct id id;
    if (request_param_id(request, 0, &id) != 0)
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &id);
    db_add_text(params, body);
    db_add_time(params, request->now_ms);
    /* Without If-Match too: what was posted was put over this version. */
    db_add_int(params, request_if_match(request, &version) ? version : rows_int(&answer->rows, 0, 0));
    request_answer(request, &sql_rule_update, params);
}

void handle_rule_update(struct request *request)
{
    struct id id;
    if (request_param_id(request, 0, &id) != 0)
        return;
    if (!json_is_object(request->json))
        faults_add(&request->faults, "", "must be an object");
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &id);
    request_run(request, &sql_rule_get, params, on_rule_found);
}

void handle_rule_delete(struct request *request)
{
    owned_delete(request, &sql_rule_delete);
}

/* Trying one */

struct preview {
    struct rule rule;
    struct db_rows rows;
    const char *answer;
};

enum row_column { ID, ACCOUNT, AMOUNT, EXPONENT, DATE, DESCRIPTION, PAYEE, CATEGORY, SOURCE, CURRENCY };

static json_t *example_of(const struct db_rows *rows, int row)
{
    char id[ID_TEXT_SIZE], date[DATE_TEXT_SIZE], amount[MONEY_TEXT_SIZE], category[ID_TEXT_SIZE];
    struct id transaction = rows_id(rows, row, ID), category_id = rows_id(rows, row, CATEGORY);
    id_format(&transaction, id);
    id_format(&category_id, category);
    date_format(rows_date(rows, row, DATE), date);
    money_format(rows_int(rows, row, AMOUNT), (int)rows_int(rows, row, EXPONENT), amount);
    return json_pack("{ss ss ss ss ss ss? ss}", "id", id, "date", date, "amount", amount, "currency",
                     rows_text(rows, row, CURRENCY), "description", rows_text(rows, row, DESCRIPTION),
                     "category_id", rows_is_null(rows, row, CATEGORY) ? NULL : category, "source",
                     rows_text(rows, row, SOURCE));
}

static void try_rule(struct request *request)
{
    struct preview *preview = request->state;
    const struct db_rows *rows = &preview->rows;
    struct rule_row *row = arena_alloc(request->arena, sizeof *row);
    json_t *examples = json_array();
    int matched = 0, changes = 0;
    for (int i = 0; i < rows->count; i++) {
        struct str payee = rows_bytes(rows, i, PAYEE);
        struct id category = rows_id(rows, i, CATEGORY);
        rule_row_set_text(row, rows_bytes(rows, i, DESCRIPTION), payee.data == NULL ? STR("") : payee);
        row->account_id = rows_id(rows, i, ACCOUNT);
        row->amount_minor = rows_int(rows, i, AMOUNT);
        row->exponent = (int)rows_int(rows, i, EXPONENT);
        row->date = rows_date(rows, i, DATE);
        if (!rule_matches(&preview->rule, row))
            continue;
        matched++;
        const struct id *wanted = preview->rule.category_id;
        changes += strcmp(rows_text(rows, i, SOURCE), "user") != 0 &&
                   (wanted == NULL || rows_is_null(rows, i, CATEGORY) || !id_equal(wanted, &category));
        if (json_array_size(examples) < EXAMPLES_MAX)
            json_array_append_new(examples, example_of(rows, i));
    }
    json_t *answer = json_own(request->arena, json_pack("{si si si so}", "looked_at", rows->count, "matched",
                                                        matched, "would_change", changes, "data", examples));
    preview->answer = json_write(request->arena, answer);
}

static void rule_tried(struct request *request)
{
    const struct preview *preview = request->state;
    reply_json(request, 200, preview->answer);
}

static void on_rows(struct request *request, struct db_answer *answer)
{
    struct preview *preview = request->state;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    preview->rows = answer->rows;
    offload_always(request, try_rule, rule_tried);
}

void handle_rule_preview(struct request *request)
{
    struct preview *preview = arena_alloc(request->arena, sizeof *preview);
    if (json_is_object(request->json) && json_object_get(request->json, "name") == NULL)
        json_object_set_new(request->json, "name", json_string("preview")); /* it needs none yet */
    if (read_body(request, request->json, "") != NULL) {
        struct faults faults;
        json_t *rule = json_own(request->arena, json_copy(request->json));
        faults_init(&faults, request->arena);
        json_object_del(rule, "position");
        for (size_t i = 0; i < sizeof shown_members / sizeof *shown_members; i++)
            json_object_del(rule, shown_members[i]);
        (void)!rule_read(rule, "", request->arena, &preview->rule, &faults); /* it was read once */
    }
    if (request_refused(request))
        return;
    request->state = preview;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_int(params, settings.rule_preview_rows);
    request_run(request, &sql_rule_preview, params, on_rows);
}

/* Taking them along */

void handle_rule_export(struct request *request)
{
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    request_answer(request, &sql_rule_export, params);
}

struct import_body {
    json_t *rules;
    bool replace;
};

static const struct json_field import_fields[] = {
    {"rules", JSON_FIELD_ARRAY, JSON_REQUIRED, 0, 10000, offsetof(struct import_body, rules)},
    {"replace", JSON_FIELD_BOOL, 0, 0, 0, offsetof(struct import_body, replace)},
};

/* Checks one rule of an export. Its category by name is looked up by the statement; for the check its id
 * stands in. */
static void check_imported(struct request *request, const json_t *posted, size_t index)
{
    struct rule rule;
    const char *pointer = arena_printf(request->arena, "/rules/%zu", index);
    json_t *copy = json_own(request->arena, json_deep_copy(posted));
    json_t *then = json_object_get(copy, "then"), *name = json_object_get(then, "category");
    if (name != NULL) {
        if (!json_is_string(name))
            faults_add(&request->faults, arena_printf(request->arena, "%s/then/category", pointer),
                       "must be a string");
        json_object_del(then, "category");
        if (json_object_get(then, "category_id") == NULL)
            json_object_set_new(then, "category_id", json_string("00000000-0000-0000-0000-000000000000"));
    }
    (void)!rule_read(copy, pointer, request->arena, &rule, &request->faults); /* request_refused tells */
}

void handle_rule_import(struct request *request)
{
    struct import_body body = {NULL, false};
    request_decode(request, import_fields, &body);
    size_t count = json_array_size(body.rules), index;
    json_t *posted;
    if ((int64_t)count > settings.rules_max)
        faults_add(&request->faults, "/rules", "has more than %lld rules", (long long)settings.rules_max);
    else
        json_array_foreach(body.rules, index, posted)
        {
            check_imported(request, posted, index);
        }
    if (request_refused(request))
        return;
    struct id *ids = arena_array(request->arena, count, sizeof *ids);
    for (size_t i = 0; i < count; i++) { /* of the request's, so that a repetition makes the same */
        ids[i] = request->id;
        ids[i].bytes[14] ^= (uint8_t)((i + 1) >> 8);
        ids[i].bytes[15] ^= (uint8_t)(i + 1);
    }
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, json_write(request->arena, body.rules));
    db_add_ids(params, ids, NULL, count);
    db_add_bool(params, body.replace);
    db_add_time(params, request->now_ms);
    db_add_int(params, settings.rules_max);
    request_answer(request, &sql_rule_import, params);
}
