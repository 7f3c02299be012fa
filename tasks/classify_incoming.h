#ifndef TASKS_CLASSIFY_INCOMING_H
#define TASKS_CLASSIFY_INCOMING_H

/* Sorts transactions before they are stored, so that each is stored with its category in one go. */

#include "ledger/transactions.h"
#include "tasks/task.h"

/* In the current transaction, before it writes transactions: sorts those of `list` that came without a
 * category, and holds their people's label logs until the commit, so that no label comes between. Who posted
 * a label in the same batch, whose sorting would cost too much (PURSER_CLASSIFY_INCOMING_US), or whose other
 * rows are to be sorted anew is left to a follow-up job, which is asked for here. */
int classify_incoming(struct task_context *context, struct new_transaction *list, size_t count,
                      struct err *err) MUST_CHECK;

#endif
