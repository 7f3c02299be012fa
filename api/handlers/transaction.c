/* /v1/transactions for reading and changing what is stored; posting is in transactions.c. */

#include "api/owned.h"
#include "api/reply.h"
#include "finance/money.h"
#include "ledger/edits.h"

static void add_date(struct db_params *params, int32_t date, bool is_set)
{
    if (is_set)
        db_add_date(params, date);
    else
        db_add_null(params);
}

/* A bound on amounts is decimal text; each row compares it in its own currency. Four decimals: no currency
 * has more. */
static const char *query_amount(struct request *request, const char *name)
{
    const char *text = request_query(request, name);
    int64_t ignored;
    if (text != NULL && money_parse(str_of(text), 4, &ignored) != MONEY_OK)
        faults_add(&request->faults, name, "must be a decimal number such as -24.47");
    return text;
}

/* %text% for ILIKE, with the text's own %, _ and \ taken as they are. */
static const char *contains_pattern(struct arena *arena, const char *text)
{
    if (text == NULL)
        return NULL;
    char *pattern = arena_alloc(arena, strlen(text) * 2 + 3), *at = pattern;
    *at++ = '%';
    for (; *text != '\0'; text++) {
        if (*text == '%' || *text == '_' || *text == '\\')
            *at++ = '\\';
        *at++ = *text;
    }
    *at = '%';
    return pattern;
}

void handle_transaction_list(struct request *request)
{
    static const char *const statuses[] = {"booked", "pending", "deleted", NULL};
    const char *after[2] = {NULL, NULL}, *tag = NULL, *text = NULL;
    const struct id *account = NULL, *category = NULL, *upload = NULL;
    int32_t from = 0, to = 0;
    bool has_from = false, has_to = false, uncategorised = false;
    int status = -1;
    int64_t limit = request_page(request, after, 2);
    request_query_id(request, "account", &account);
    request_query_id(request, "category", &category);
    request_query_id(request, "upload", &upload);
    request_query_text(request, "tag", 50, &tag);
    request_query_text(request, "q", 200, &text);
    request_query_date(request, "from", &from, &has_from);
    request_query_date(request, "to", &to, &has_to);
    request_query_choice(request, "status", statuses, &status);
    request_query_bool(request, "uncategorised", &uncategorised);
    const char *min = query_amount(request, "min"), *max = query_amount(request, "max");
    if (request_refused(request))
        return;
    bool deleted = status == 2;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, after[0]);
    db_add_text(params, after[1]);
    db_add_int(params, limit);
    db_add_id(params, account);
    db_add_id(params, category);
    db_add_text(params, tag);
    add_date(params, from, has_from);
    add_date(params, to, has_to);
    db_add_text(params, min);
    db_add_text(params, max);
    db_add_text(params, contains_pattern(request->arena, text));
    db_add_text(params, status < 0 || deleted ? NULL : statuses[status]);
    db_add_id(params, upload);
    db_add_bool(params, deleted);
    db_add_bool(params, uncategorised);
    request_answer(request, &sql_transaction_list, params);
}

void handle_transaction_get(struct request *request)
{
    owned_get(request, &sql_transaction_get);
}

static void facts_found(struct request *request, struct db_answer *answer)
{
    struct transaction_edit edit;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
    } else if (answer->rows.count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    } else if (edit_read(request->json, request->arena, &edit, &request->faults) != 0) {
        (void)request_refused(request);
    } else {
        const char *body = edit_settle(&edit, &answer->rows, request->arena, &request->faults);
        owned_update(request, &sql_transaction_update, body);
    }
}

void handle_transaction_update(struct request *request)
{
    struct id id;
    struct transaction_edit edit;
    if (request_param_id(request, 0, &id) != 0)
        return;
    (void)!edit_read(request->json, request->arena, &edit, &request->faults); /* request_refused tells */
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    edit_lookup_params(params, &request->user, &id, &edit);
    request_run(request, &sql_transaction_edit_facts, params, facts_found);
}

void handle_transaction_delete(struct request *request)
{
    owned_delete(request, &sql_transaction_delete);
}

void handle_transaction_restore(struct request *request)
{
    struct id id;
    if (request_param_id(request, 0, &id) != 0 || request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &id);
    db_add_time(params, request->now_ms);
    request_answer(request, &sql_transaction_restore, params);
}
