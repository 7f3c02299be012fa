#ifndef LEDGER_ACCOUNTS_H
#define LEDGER_ACCOUNTS_H

/* Accounts: what a request may say of one, and the body that sql_account_create and sql_account_update take.
 */

#include <jansson.h>

#include "base/arena.h"
#include "base/faults.h"
#include "finance/money.h"

enum { ACCOUNT_NAME_MAX = 100 };

/* Checks the body of a POST. Gives the statement's body as JSON text in the arena, NULL when there are
 * faults. */
const char *accounts_create_body(json_t *posted, struct arena *arena, struct faults *faults) MUST_CHECK;

/* The same for a PATCH of an account that is in `currency`, which can't be changed. currency NULL: not known;
 * then a body that names opening_balance gives NULL without a fault, and the caller looks the account up and
 * calls again. */
const char *accounts_update_body(json_t *posted, const struct currency *currency, struct arena *arena,
                                 struct faults *faults) MUST_CHECK;

#endif
