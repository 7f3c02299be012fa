#ifndef LEDGER_SUGGESTIONS_H
#define LEDGER_SUGGESTIONS_H

/* Rules that a person's history proposes: series of entries (sql_recurring_history) that recur
 * (finance/detection). */

#include "base/arena.h"
#include "db/params.h"
#include "db/rows.h"

/* The parameters of sql_recurring_history. today: days since 1970-01-01. */
void suggestions_params(struct db_params *params, const struct id *user, int32_t today);

/* {"data": [{account_id, description, payee, category_id, amount, amount_min, amount_max, currency, rrule,
 * start, last_date, next_date, hits, confidence}]}, the surest first. Pure; some 20 µs a series. */
const char *suggestions_json(const struct db_rows *rows, int32_t today, struct arena *arena);

#endif
