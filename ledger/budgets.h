#ifndef LEDGER_BUDGETS_H
#define LEDGER_BUDGETS_H

/* Budgets as people set them, and how each stands in its current period: out of the kept sums, the recurring
 * rules and finance/budget. */

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/faults.h"
#include "db/params.h"
#include "db/rows.h"
#include "finance/budget.h"

/* The body that sql_budget_create or sql_budget_update takes; NULL with faults. exponent: that of the budget
 * when it is changed, < 0 for a new one, whose currency is in the body. */
const char *budgets_body(json_t *posted, int exponent, struct arena *arena, struct faults *faults);

/* The parameters of sql_budget_state. budget, after: may be NULL. */
void budgets_state_params(struct db_params *params, const struct id *users, size_t user_count,
                          const struct id *budget, const char *after, int64_t limit, int64_t now_ms);

struct budget_standing {
    struct id id, user;
    int32_t first, last; /* of the current period */
    struct budget_state state;
    int64_t available, forecast; /* available: limit + carried */
    int exponent;
    int64_t version; /* of the budget as it is set */
};

/* A row of sql_budget_state. -1: a stored word or rule is not readable. */
int budgets_read(const struct db_rows *rows, int row, struct arena *arena, struct budget_standing *standing,
                 struct err *err) MUST_CHECK;

/* The budget with its `current`, as the API shows it; owned by the arena. NULL: its stored text is not JSON.
 */
json_t *budgets_json(const struct db_rows *rows, int row, const struct budget_standing *standing,
                     struct arena *arena);

#endif
