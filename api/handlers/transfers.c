/* /v1/transfers: a pair of rows, out of one account and into another. */

#include "ledger/transfers.h"

#include "api/classify.h"
#include "api/owned.h"
#include "api/reply.h"

static void accounts_found(struct request *request, struct db_answer *answer)
{
    struct new_transfer transfer;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    if (transfer_read(request->json, request->arena, &transfer, &request->faults) == 0 &&
        transfer_settle(&transfer, &answer->rows, &request->faults) == 0) {
        struct db_params *params = request_params(request);
        transfer_create_params(params, &request->user, &request->id, &transfer, request->now_ms);
        request_answer(request, &sql_transfer_create, params);
    } else if (answer->rows.count < 2) {
        reply_problem(request, PROBLEM_NOT_FOUND, "an account of the transfer is not there");
    } else {
        (void)request_refused(request);
    }
}

void handle_transfer_create(struct request *request)
{
    struct new_transfer transfer;
    (void)!transfer_read(request->json, request->arena, &transfer,
                         &request->faults); /* request_refused tells */
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    transfer_lookup_params(params, &request->user, &transfer);
    request_run(request, &sql_account_lookup, params, accounts_found);
}

void handle_transfer_get(struct request *request)
{
    owned_get(request, &sql_transfer_get);
}

/* ?keep=true: the two rows stay and are no pair any more. */
void handle_transfer_delete(struct request *request)
{
    bool keep = false;
    request_query_bool(request, "keep", &keep);
    struct db_params *params = owned_delete_params(request);
    if (params == NULL)
        return;
    if (keep)
        classify_teach(request, &sql_transfer_unlink, params);
    else
        request_answer(request, &sql_transfer_delete, params);
}

void handle_transfer_link(struct request *request)
{
    struct id pair[2];
    (void)!transfer_link_read(request->json, request->arena, pair,
                              &request->faults); /* request_refused tells */
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &request->id);
    db_add_id(params, &pair[0]);
    db_add_id(params, &pair[1]);
    db_add_time(params, request->now_ms);
    request_answer(request, &sql_transfer_link, params);
}
