#ifndef LEDGER_TRANSACTIONS_H
#define LEDGER_TRANSACTIONS_H

/*
 * Transactions that people and programs post, from the request's JSON to rows. The way of one:
 * transactions_read (pure), transactions_resolve (needs the accounts), transactions_write_args (into a job),
 * then on a worker transactions_read_args and transactions_insert for a whole batch of jobs at once.
 */

#include "base/arena.h"
#include "base/err.h"
#include "base/faults.h"
#include "base/json.h"
#include "db/db.h"
#include "finance/money.h"

enum { TRANSACTIONS_PER_REQUEST_MAX = 5000, DESCRIPTION_MAX = 500, TAGS_MAX = 20, TAG_NAME_MAX = 50 };

struct new_transaction {
    struct id id; /* made when the work is accepted, so that doing it twice is doing it once */
    struct id user_id;
    const struct id *account_id, *category_id; /* category_id may be NULL */
    const char *amount_text;                   /* as sent; resolve makes amount_minor of it */
    int64_t amount_minor;
    const char *currency; /* NULL until resolved when it was not sent */
    const char *date_text;
    int32_t date;
    const char *description, *payee, *memo, *status, *external_id; /* payee, memo, external_id may be NULL */
    json_t *tags;                                                  /* array of strings or NULL */
    /* How it was sorted, when it came without a category and was sorted before it is stored; sorted_as NULL:
     * it was not. */
    const char *sorted_as; /* source: "rule", "memory", …, "none" */
    const char *reasons;   /* JSON */
    int permille;          /* confidence, with a category */
};

/* Reads one object or {"transactions": [1..5,000]}. Unknown fields, types, lengths and dates become faults,
 * each with its pointer. The texts belong to the JSON tree. -1 when there were faults. */
int transactions_read(json_t *body, struct arena *arena, struct new_transaction **list, size_t *count,
                      struct faults *faults) MUST_CHECK;

/* What a status and tags may be, for whoever takes them: a fault each that is not. */
void transaction_check_status(const char *status, const char *pointer, struct faults *faults);
void transaction_check_tags(const json_t *tags, const char *pointer, struct faults *faults);

/* What the accounts and categories named by `list` are, to look up in one statement (sql_account_lookup). */
void transactions_lookup_params(struct db_params *params, const struct id *user,
                                const struct new_transaction *list, size_t count);

/* What is known of the accounts and categories that a list names. An account's currency never changes, so
 * that who knows it need not look it up. */
struct transactions_found {
    struct found_account {
        struct id id;
        const struct currency *currency;
    } * accounts;
    struct id *categories;
    size_t account_count, category_count;
};

/* The rows of sql_account_lookup. */
void transactions_read_found(const struct db_rows *rows, struct arena *arena,
                             struct transactions_found *found);

/* Settles currencies and amounts. A fault for each account or category that is not the user's (an unknown
 * account's detail is TRANSACTIONS_UNKNOWN_ACCOUNT: the API answers 404 when nothing else is wrong), for a
 * currency that is not its account's, and for an amount that its currency can't hold. What transactions_read
 * could not read is passed over: it was told. was_list: the body was a list. -1 when there are faults, these
 * or earlier ones. */
#define TRANSACTIONS_UNKNOWN_ACCOUNT "is not an account of yours"
int transactions_resolve(struct new_transaction *list, size_t count, bool was_list,
                         const struct transactions_found *found, struct faults *faults) MUST_CHECK;

/* The args of an ingest_transactions job, compact; in the arena. */
const char *transactions_write_args(struct arena *arena, const struct id *user,
                                    const struct new_transaction *list, size_t count);

/* Reads args that transactions_write_args wrote (or another program wrote by docs/tasks.md): checked again in
 * full. */
int transactions_read_args(json_t *args, struct arena *arena, struct new_transaction **list, size_t *count,
                           struct faults *faults) MUST_CHECK;

/* Inserts all in one statement, in the current transaction. Rows whose id exists are left alone. A row whose
 * account is not its user's (any more), is not inserted. *inserted: how many were. */
int transactions_insert(struct db *db, struct arena *arena, const struct new_transaction *list, size_t count,
                        int64_t now_ms, int64_t *inserted, struct err *err) MUST_CHECK;

#endif
