#ifndef LEDGER_EDITS_H
#define LEDGER_EDITS_H

/* Changes to one transaction (PATCH): read (pure), looked up, settled into the body that
 * sql_transaction_update takes. */

#include <jansson.h>

#include "base/arena.h"
#include "base/faults.h"
#include "db/params.h"
#include "db/rows.h"

struct transaction_edit {
    const struct id *account_id, *category_id;
    const char *amount, *date, *description, *payee, *memo, *status, *currency;
    json_t *tags, *splits;
    json_t *posted;
};

/* Types, lengths, dates. -1 when there are faults. `edit` refers to the JSON tree. */
int edit_read(json_t *posted, struct arena *arena, struct transaction_edit *edit,
              struct faults *faults) MUST_CHECK;

/* The parameters of sql_transaction_edit_facts. */
void edit_lookup_params(struct db_params *params, const struct id *user, const struct id *transaction,
                        const struct transaction_edit *edit);

/* By the facts' only row: amounts into minor units, the account's currency, whose categories, splits that sum
 * up, and what a transfer's half may not change. The body in the arena, NULL when there are faults. */
const char *edit_settle(const struct transaction_edit *edit, const struct db_rows *facts, struct arena *arena,
                        struct faults *faults) MUST_CHECK;

#endif
