#ifndef LEDGER_RULES_H
#define LEDGER_RULES_H

/* Where people's rules (finance/rules.h) are kept, and the reading of them for the sorting. */

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "finance/rules.h"

/* One person's rules that are switched on, in their order. */
struct rule_list {
    struct rule *rules;
    int64_t *since_ms; /* applies by itself to transactions stored from then on */
    size_t count;
};

/* The rules of sql_rule_read's rows that are this user's; the rows go on from *row. A rule that can't be read
 * any more is left out. */
void rules_read_rows(const struct db_rows *rows, int *row, const struct id *user, struct arena *arena,
                     struct rule_list *list);

/* Blocking: the rules of people, one list each, in the order of users, which must be sorted. */
int rules_load(struct db *db, struct arena *arena, const struct id *users, size_t count,
               struct rule_list *lists, struct err *err) MUST_CHECK;

/* The first that fits; NULL when none does. stored_ms: when the row was stored; rules that are younger are
 * passed over, unless is_run: a run over history that the user asked for. */
const struct rule *rule_list_match(const struct rule_list *list, const struct rule_row *row,
                                   int64_t stored_ms, bool is_run);

#endif
