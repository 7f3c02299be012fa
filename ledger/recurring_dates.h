#ifndef LEDGER_RECURRING_DATES_H
#define LEDGER_RECURRING_DATES_H

/* The dates of one rule, known and to come, out of the rows of sql_recurring_dates; and what its owner says
 * of one of them. */

#include <jansson.h>

#include "base/arena.h"
#include "base/faults.h"
#include "db/params.h"
#include "db/rows.h"
#include "finance/occurrence.h"
#include "finance/zone.h"

struct recurring_date {
    int32_t nominal, posting;
    int64_t due_ms, amount;
    enum occurrence_state state;
    bool has_posting, is_told; /* is_told: there is a row for it */
    const char *description;   /* NULL: the rule's */
    struct id transaction;
    bool has_transaction;
};

/* first and last NULL: from today on, a year. */
void recurring_dates_params(struct db_params *params, const struct id *user, const struct id *rule,
                            const int32_t *first, const int32_t *last, int64_t now_ms);

/* At most `most` dates in their order; *list in the arena. rows->count must be > 0. -1 when the stored rule
 * or the zone can't be read. */
int recurring_dates_read(const struct db_rows *rows, struct zones *zones, size_t most, struct arena *arena,
                         struct recurring_date **list, size_t *count, struct err *err) MUST_CHECK;

/* What all rules of a person will enter, out of the rows of sql_recurring_forecast: by posting date, those of
 * a rule together. ERR_REJECT when there is more than is worth telling. */
enum { RECURRING_FORECAST_MAX = 20000 };
struct recurring_forecast {
    struct id *accounts;
    int32_t *days;
    int64_t *amounts;
    bool *are_transfers;
    size_t count;
};
int recurring_forecast_read(const struct db_rows *rows, struct zones *zones, struct arena *arena,
                            struct recurring_forecast *forecast, struct err *err) MUST_CHECK;

/* As the API shows it; the reference is the caller's. */
json_t *recurring_date_json(const struct db_rows *rows, const struct recurring_date *date);

/* What is said of one date: a body {state, to?, amount?, description?}. */
struct recurring_say {
    const char *state_text, *to_text, *amount_text, *description;
    enum occurrence_state state;
    int32_t to;
    int64_t amount;
    bool has_to, has_amount;
};
int recurring_say_read(json_t *posted, struct arena *arena, struct recurring_say *say,
                       struct faults *faults) MUST_CHECK;

/* Checks it against the date as it is; fills in amount. */
int recurring_say_settle(struct recurring_say *say, const struct db_rows *rows,
                         const struct recurring_date *date, struct faults *faults) MUST_CHECK;

/* The parameters of sql_recurring_tell, or of sql_recurring_enter when the date is to be posted (then its
 * transaction is `transaction`). */
void recurring_tell_params(struct db_params *params, const struct id *rule, const struct recurring_say *say,
                           const struct recurring_date *date, const struct db_rows *rows, struct zones *zones,
                           int64_t now_ms);
void recurring_enter_params(struct db_params *params, const struct id *rule, const struct recurring_say *say,
                            const struct recurring_date *date, const struct db_rows *rows,
                            const struct id *transaction, int64_t now_ms, int64_t match_days);

#endif
