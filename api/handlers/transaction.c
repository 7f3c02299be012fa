/* /v1/transactions for reading and changing what is stored; posting is in transactions.c. */

#include "api/classify.h"
#include "api/owned.h"
#include "api/reply.h"
#include "finance/money.h"
#include "ledger/edits.h"
#include "ledger/listing.h"

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

void handle_transaction_list(struct request *request)
{
    static const char *const statuses[] = {"booked", "pending", "deleted", NULL};
    const char *after[2] = {NULL, NULL};
    struct listing listing = {.user = &request->user};
    int status = -1;
    listing.limit = request_page(request, after, 2);
    listing.before_date = after[0];
    listing.before_id = after[1];
    request_query_id(request, "account", &listing.account);
    request_query_id(request, "category", &listing.category);
    request_query_id(request, "upload", &listing.upload);
    request_query_text(request, "tag", 50, &listing.tag);
    request_query_text(request, "q", 200, &listing.words);
    request_query_date(request, "from", &listing.from, &listing.has_from);
    request_query_date(request, "to", &listing.to, &listing.has_to);
    request_query_choice(request, "status", statuses, &status);
    request_query_bool(request, "uncategorised", &listing.uncategorised);
    listing.min = query_amount(request, "min");
    listing.max = query_amount(request, "max");
    if (request_refused(request))
        return;
    listing.status = (enum listing_status)(LISTING_BOOKED + status); /* -1: any */
    struct db_params *params = request_params(request);
    const struct sql *sql = listing_params(&listing, params);
    request_answer(request, sql, params);
}

void handle_transaction_get(struct request *request)
{
    owned_get(request, &sql_transaction_get);
}

/* Writes the checked change; a category teaches. */
static void update(struct request *request, const char *body)
{
    struct db_params *params = owned_update_params(request, body);
    if (params != NULL)
        classify_teach(request, &sql_transaction_update, params);
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
        update(request, edit_settle(&edit, &answer->rows, request->arena, &request->faults));
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

void handle_transaction_category_delete(struct request *request)
{
    update(request, "{\"category_id\":null}");
}

void handle_transaction_category_confirm(struct request *request)
{
    struct db_params *params = owned_delete_params(request);
    if (params != NULL)
        classify_teach(request, &sql_transaction_confirm, params);
}

void handle_transaction_category_get(struct request *request)
{
    owned_get(request, &sql_transaction_why);
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
