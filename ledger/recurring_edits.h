#ifndef LEDGER_RECURRING_EDITS_H
#define LEDGER_RECURRING_EDITS_H

/* Recurring rules as people make and change them: read (pure), looked up, settled into the body that the SQL
 * function recurring_with takes. */

#include <jansson.h>

#include "base/arena.h"
#include "base/faults.h"
#include "db/params.h"
#include "db/rows.h"
#include "finance/recurrence.h"
#include "finance/zone.h"

struct recurring_edit {
    const struct id *account_id, *category_id;
    const char *amount, *currency, *description, *payee, *memo, *rrule_text, *start_text, *weekend_text,
        *catch_up, *state;
    json_t *tags, *splits, *end;
    int64_t estimate_last;
    bool paused;
    json_t *posted;

    bool is_new;
    bool says_paused; /* by `paused` or by `state` */
    bool has_from;    /* "this and following" from this date on */
    int32_t from, start;
    struct recurrence rule; /* when rrule_text is set */
};

/* Types, lengths, dates, rules. from: the query parameter, NULL without. -1 when there are faults. `edit`
 * refers to the JSON tree. */
int recurring_edit_read(json_t *posted, bool is_new, const char *from, struct arena *arena,
                        struct recurring_edit *edit, struct faults *faults) MUST_CHECK;

/* The parameters of sql_recurring_facts; rule NULL: a new one. */
void recurring_edit_lookup_params(struct db_params *params, const struct id *user, const struct id *rule,
                                  const struct recurring_edit *edit);

/* What the facts' only row makes of it. */
struct recurring_settled {
    const char *body;
    int64_t version;  /* of the rule that was looked up */
    bool is_split;    /* the rule ends before edit->from, and the body is that of another */
    const char *ends; /* of a split: the rule's RRULE up to edit->from */
};

enum recurring_found { RECURRING_OK, RECURRING_NOT_THERE, RECURRING_FAULTS };

enum recurring_found recurring_edit_settle(const struct recurring_edit *edit, const struct db_rows *facts,
                                           struct zones *zones, int64_t now_ms, struct arena *arena,
                                           struct recurring_settled *settled, struct faults *faults);

#endif
