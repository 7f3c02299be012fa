#ifndef LEDGER_TRANSFERS_H
#define LEDGER_TRANSFERS_H

/* Transfers between two accounts of one person: an enforced pair of rows. */

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/faults.h"
#include "db/db.h"
#include "db/params.h"
#include "db/rows.h"

struct new_transfer {
    const struct id *from_account_id, *to_account_id;
    const char *amount_text, *to_amount_text, *date_text,
        *description; /* to_amount: for two currencies; may be NULL */
    int32_t date;
    int64_t out_minor, in_minor;
};

/* Reads a POST's body. -1 when there are faults. */
int transfer_read(json_t *posted, struct arena *arena, struct new_transfer *transfer,
                  struct faults *faults) MUST_CHECK;

/* The parameters of sql_account_lookup for both accounts. */
void transfer_lookup_params(struct db_params *params, const struct id *user,
                            const struct new_transfer *transfer);

/* By the accounts found: amounts in minor units. Accounts in one currency move the same amount; between two
 * currencies to_amount must be given. */
int transfer_settle(struct new_transfer *transfer, const struct db_rows *found,
                    struct faults *faults) MUST_CHECK;

/* The parameters of sql_transfer_create. */
void transfer_create_params(struct db_params *params, const struct id *user, const struct id *id,
                            const struct new_transfer *transfer, int64_t now_ms);

/* Finds and links the other halves of an upload's rows, in the current transaction; *found: how many pairs.
 */
int transfers_detect(struct db *db, struct arena *arena, const struct id *upload, const struct id *user,
                     int64_t now_ms, int64_t *found, struct err *err) MUST_CHECK;

/* Reads the body of a request to link two rows: {"transaction_ids": [a, b]}. -1 when there are faults. */
int transfer_link_read(json_t *posted, struct arena *arena, struct id pair[2],
                       struct faults *faults) MUST_CHECK;

#endif
