/* /v1/accounts: a person's accounts and what they hold. */

#include "ledger/accounts.h"

#include "api/owned.h"
#include "api/reply.h"

void handle_account_list(struct request *request)
{
    owned_list(request, &sql_account_list);
}

void handle_account_create(struct request *request)
{
    owned_create(request, &sql_account_create,
                 accounts_create_body(request->json, request->arena, &request->faults));
}

void handle_account_get(struct request *request)
{
    owned_get(request, &sql_account_get);
}

/* Now the account's currency is known, and so what its opening balance may be. */
static void currency_found(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0) {
        request_answer_failure(request, answer);
    } else if (answer->rows.count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    } else {
        const struct currency *currency = currency_find(str_of(rows_text(&answer->rows, 0, 2)));
        owned_update(request, &sql_account_update,
                     accounts_update_body(request->json, currency, request->arena, &request->faults));
    }
}

void handle_account_update(struct request *request)
{
    struct id account;
    const char *body = accounts_update_body(request->json, NULL, request->arena, &request->faults);
    if (body != NULL || request->faults.count > 0) {
        owned_update(request, &sql_account_update, body);
    } else if (request_param_id(request, 0, &account) == 0) {
        struct db_params *params = request_params(request);
        db_add_id(params, &request->user);
        db_add_ids(params, &account, NULL, 1);
        db_add_ids(params, NULL, NULL, 0);
        request_run(request, &sql_account_lookup, params, currency_found);
    }
}

void handle_account_delete(struct request *request)
{
    owned_delete(request, &sql_account_delete);
}

void handle_account_balance(struct request *request)
{
    struct id account;
    int32_t at = 0;
    bool is_set = false;
    request_query_date(request, "at", &at, &is_set);
    if (request_param_id(request, 0, &account) != 0 || request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &account);
    if (is_set)
        db_add_date(params, at);
    else
        db_add_null(params);
    request_answer(request, &sql_account_balance, params);
}
