#ifndef TASKS_CLASSIFY_H
#define TASKS_CLASSIFY_H

/* Asking for the sorting of people's rows (tasks/classify_transactions.c). */

#include "tasks/task.h"

/* The way a job of it names what is to be sorted. */
enum classify_scope {
    CLASSIFY_WANTED,        /* rows nobody looked at; all that the user did not set when the model changed */
    CLASSIFY_AUTOMATIC,     /* all that neither the user nor a rule set */
    CLASSIFY_UNCATEGORISED, /* rows without a category */
    CLASSIFY_ALL,           /* all that the user did not set; rules whatever their age */
    CLASSIFY_RULES,         /* the same, but only by rules */
};
extern const char *const classify_scope_names[]; /* in this order, ends with NULL */

/* Args of a job; in the arena. */
const char *classify_args(struct arena *arena, const struct id *user, enum classify_scope scope);

/* In the current transaction, before it writes transactions (the order in which edits lock): the rows of
 * these people want sorting. Of each there is then one job that has not begun, this one or an earlier one;
 * users: any order, repetitions are fine. */
int classify_follow_up(struct task_context *context, const struct id *users, size_t count, int64_t delay_ms,
                       struct err *err) MUST_CHECK;

/* Sorts ids and drops repetitions; gives how many are left. */
size_t classify_sort_ids(struct id *ids, size_t count);

#endif
