#ifndef LEDGER_LISTING_H
#define LEDGER_LISTING_H

/*
 * Which transactions to show, and the statement that finds them quickly. Some filters pick rows that an index
 * holds newest first (account, category, pending, …): a page costs what it shows. Others pick rows by
 * something else (words, tags, amounts, an upload): sql/queries/transaction_search.sql tells how.
 * docs/ledger.md says what is promised of each.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "db/params.h"

enum listing_status { LISTING_ANY, LISTING_BOOKED, LISTING_PENDING, LISTING_DELETED };

/* A filter is off when it is NULL, false or LISTING_ANY. */
struct listing {
    const struct id *user; /* required */
    const struct id *account, *category, *upload;
    bool uncategorised;
    const char *tag, *words; /* each of the words must begin a word of description, payee or memo */
    const char *min, *max;   /* decimal text, checked; either sign; in the currency of each row */
    enum listing_status status;
    int32_t from, to; /* both included */
    bool has_from, has_to;
    const char *before_date, *before_id; /* of the page before: the parts of its `next`; NULL on the first */
    int64_t limit;
};

/* The statement for these filters and its parameters, added to `params`. Its one row: body, a JSON array;
 * next, the keyset behind it or null. */
const struct sql *listing_params(const struct listing *listing, struct db_params *params);

#endif
