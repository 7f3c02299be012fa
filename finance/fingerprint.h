#ifndef FINANCE_FINGERPRINT_H
#define FINANCE_FINGERPRINT_H

/*
 * The identity of a bank row: its date and SHA-256 over what the bank said of it, and how many rows of the
 * same file said the same before it. The same file, or one that overlaps it, gives the same pairs whatever
 * its order; two real coffees of one day are occurrences 0 and 1. Derived things (category, cleaned names)
 * are no part of it: they change.
 */

#include <stdint.h>

#include "base/hash.h"
#include "base/id.h"
#include "base/str.h"

enum { FINGERPRINT_SIZE = HASH_SIZE };

struct bank_row {
    const struct id *account;
    int32_t date; /* booking date, days since 1970 */
    int64_t amount_minor;
    const char *currency;
    struct str text;      /* the bank's words; runs of white space count as one space, and none at the ends */
    struct str reference; /* the bank's own id, or empty */
};

/* Fields are length-prefixed, so that no two different rows give the same bytes. */
void fingerprint_make(const struct bank_row *row, uint8_t fingerprint[FINGERPRINT_SIZE]);

/* Counts fingerprints of one file. Holds 20 to 54 bytes a distinct row. */
struct occurrences;
struct occurrences *occurrences_new(void);
void occurrences_free(struct occurrences *occurrences); /* NULL is fine */

/* How often this fingerprint was counted before; counts it. */
int64_t occurrences_count(struct occurrences *occurrences, const uint8_t fingerprint[FINGERPRINT_SIZE]);

#endif
