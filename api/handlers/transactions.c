/*
 * POST /v1/transactions: one transaction or a list of up to 5,000, checked as a whole, accepted as one job.
 * What is stored already is read and changed in transaction.c.
 */
#include <stdlib.h>
#include <string.h>

#include "api/accept.h"
#include "api/api.h"
#include "api/intake.h"
#include "api/job_view.h"
#include "api/known_accounts.h"
#include "api/offload.h"
#include "api/reply.h"
#include "base/log.h"
#include "ledger/payloads.h"
#include "ledger/transactions.h"

extern const struct task task_ingest_transactions;

/* One request on its way. */
struct posting {
    struct new_transaction *list;
    size_t count;
    bool was_list, has_failed; /* what failed first goes on until all that is wrong is known */
    struct transactions_found found;
    struct id *accounts; /* the distinct ones */
    size_t account_count;
    struct intake_job accepted;
    struct err err;
};

static void read_list(struct request *request)
{
    struct posting *posting = request->state;
    posting->was_list = json_object_get(request->json, "transactions") != NULL;
    posting->has_failed = transactions_read(request->json, request->arena, &posting->list, &posting->count,
                                            &request->faults) != 0;
}

/* Answering */

static void on_accepted(struct request *request, struct intake_job *accepted)
{
    const struct posting *posting = request->state;
    char id[ID_TEXT_SIZE];
    id_format(&accepted->job.id, id);
    log_info("job_accepted", LOG_TEXT("job", id), LOG_TEXT("task", accepted->job.task),
             LOG_TEXT("trace", request->traceparent));
    reply_job(request, &accepted->job, arena_printf(request->arena, "\"accepted\":%zu", posting->count));
}

static void refuse_unknown(struct request *request)
{
    reply_problem(request, PROBLEM_NOT_FOUND, "an account is not there");
}

static void on_gone(struct request *request, struct intake_job *refused)
{
    (void)refused;
    const struct posting *posting = request->state;
    faults_add(&request->faults, posting->was_list ? "/transactions" : "/account_id",
               "an account was deleted");
    refuse_unknown(request);
}

/* The job */

static void make_job(struct request *request)
{
    struct posting *posting = request->state;
    struct intake_job *accepted = &posting->accepted;
    if (transactions_resolve(posting->list, posting->count, posting->was_list, &posting->found,
                             &request->faults) != 0) {
        posting->has_failed = true;
        return;
    }
    char *lane = arena_alloc(request->arena, ID_TEXT_SIZE);
    id_format(&request->user, lane);
    const char *args = transactions_write_args(request->arena, &request->user, posting->list, posting->count);
    if (strlen(args) > task_ingest_transactions.args_max) {
        accepted->payload = args;
        args = PAYLOAD_APART;
    }
    accepted->request = request;
    accepted->job = accept_job(request, &task_ingest_transactions, lane, args);
    accepted->accounts = posting->accounts;
    accepted->account_count = posting->account_count;
    accepted->done = on_accepted;
    accepted->gone = on_gone;
    if (job_encode_in(request->arena, &accepted->job, &accepted->envelope, &posting->err) != 0)
        posting->has_failed = true;
}

/* Nothing else is wrong: 404. */
static bool names_unknown_accounts(const struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        if (strcmp(faults->list[i].detail, TRANSACTIONS_UNKNOWN_ACCOUNT) != 0)
            return false;
    return true;
}

static void on_made(struct request *request)
{
    struct posting *posting = request->state;
    if (!posting->has_failed)
        intake_add(request->api->intake, &posting->accepted);
    else if (request->faults.count == 0)
        reply_error(request, &posting->err);
    else if (names_unknown_accounts(&request->faults))
        refuse_unknown(request);
    else
        reply_problem(request, PROBLEM_INVALID, NULL);
}

/* Accounts and categories */

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

/* The distinct accounts of the list. */
static void gather_accounts(struct request *request)
{
    struct posting *posting = request->state;
    struct id *ids = arena_array(request->arena, posting->count, sizeof *ids);
    size_t count = 0;
    for (size_t i = 0; i < posting->count; i++) {
        const struct id *account = posting->list[i].account_id;
        if (account != NULL && (count == 0 || !id_equal(&ids[count - 1], account)))
            ids[count++] = *account;
    }
    qsort(ids, count, sizeof *ids, compare_ids);
    size_t used = count > 0;
    for (size_t i = 1; i < count; i++)
        if (!id_equal(&ids[i], &ids[used - 1]))
            ids[used++] = ids[i];
    posting->accounts = ids;
    posting->account_count = used;
}

/* True when all accounts are remembered and no category has to be asked for. */
static bool find_known(struct request *request)
{
    struct posting *posting = request->state;
    for (size_t i = 0; i < posting->count; i++)
        if (posting->list[i].category_id != NULL)
            return false;
    struct found_account *accounts = arena_array(request->arena, posting->account_count, sizeof *accounts);
    for (size_t i = 0; i < posting->account_count; i++) {
        const struct currency *currency =
            known_accounts_find(request->api->known_accounts, &posting->accounts[i], &request->user);
        if (currency == NULL)
            return false;
        accounts[i] = (struct found_account){posting->accounts[i], currency};
    }
    posting->found =
        (struct transactions_found){.accounts = accounts, .account_count = posting->account_count};
    return true;
}

static void on_looked_up(struct request *request, struct db_answer *answer)
{
    struct posting *posting = request->state;
    if (answer->result != 0) {
        reply_error(request, &answer->err);
        return;
    }
    transactions_read_found(&answer->rows, request->arena, &posting->found);
    for (size_t i = 0; i < posting->found.account_count; i++)
        known_accounts_add(request->api->known_accounts, &posting->found.accounts[i].id, &request->user,
                           posting->found.accounts[i].currency);
    offload(request, make_job, on_made);
}

static void on_read(struct request *request)
{
    struct posting *posting = request->state;
    request_check_query(request);
    if (request->faults.count == 0 && !accept_has_room(request, &task_ingest_transactions))
        return;
    gather_accounts(request);
    if (posting->account_count == 0) {
        reply_problem(request, PROBLEM_INVALID, NULL);
        return;
    }
    if (find_known(request)) {
        offload(request, make_job, on_made);
        return;
    }
    struct db_params *params = request_params(request);
    transactions_lookup_params(params, &request->user, posting->list, posting->count);
    request_run(request, &sql_account_lookup, params, on_looked_up);
}

void handle_transaction_post(struct request *request)
{
    request->state = arena_alloc(request->arena, sizeof(struct posting));
    offload(request, read_list, on_read);
}
