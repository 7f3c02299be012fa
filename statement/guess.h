#ifndef STATEMENT_GUESS_H
#define STATEMENT_GUESS_H

/*
 * What the head of a CSV file says of its mapping. Whatever the caller gave is kept; the rest is guessed, and
 * `certainty` says how sure the guess is: each thing that could as well be read another way lowers it.
 */

#include "base/arena.h"
#include "base/err.h"
#include "statement/mapping.h"
#include "statement/statement.h"

struct guess {
    struct mapping
        mapping; /* complete: delimiter, quote, header, date and amount columns are set where there are any */
    int certainty;     /* percent */
    size_t columns;    /* of an ordinary record; 0 when there was none */
    bool debit_signed; /* the debit column's amounts are negative already */
};

/* head: the file's beginning, decoded; whole: that is all of it. given: what the caller said of the mapping.
 * account: its currency, or NULL. */
void guess_mapping(struct arena *arena, struct str head, bool whole, const struct mapping *given,
                   const struct currency *account, const struct statement_limits *limits,
                   struct guess *guess);

#endif
