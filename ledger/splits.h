#ifndef LEDGER_SPLITS_H
#define LEDGER_SPLITS_H

/*
 * The parts that an amount is divided into, each for a category of its own: {amount, memo?, category_id?}, of
 * transactions and of recurring rules. Pointers of faults are /splits/N.
 */

#include "base/id.h"
#include "base/json.h"

enum { SPLITS_MAX = 100 };

/* Looks at the form of each; splits may be NULL. */
void splits_check(json_t *splits, struct faults *faults);

/* The different categories of `own` (NULL: none) and of the splits that splits_check took, into ids, which
 * has room for SPLITS_MAX + 1. Gives how many. */
size_t splits_categories(const struct id *own, json_t *splits, struct id *ids);

/* The splits as statements take them, each with its amount in minor units as `minor`; null when there are
 * none. A fault for what is no amount of the currency, and when they do not sum to total_minor. The caller
 * owns the reference. */
json_t *splits_settle(json_t *splits, int64_t total_minor, const char *currency, int exponent,
                      struct faults *faults);

#endif
