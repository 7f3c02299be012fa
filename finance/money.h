#ifndef FINANCE_MONEY_H
#define FINANCE_MONEY_H

/*
 * Amounts: whole minor units of an ISO 4217 currency, in 64 bits; negative is money out. Never a float. An
 * amount has at most 18 digits, so that a sum of a few can't overflow unseen.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/faults.h"
#include "base/str.h"

/* The largest amount in minor units, either sign. */
#define MONEY_MAX INT64_C(999999999999999999)

struct currency {
    char code[4]; /* "EUR" */
    int exponent; /* digits behind the point: EUR 2, JPY 0, BHD 3 */
};

/* The currency of a code in upper case, NULL when ISO 4217 has none (funds codes and test codes excluded).
 * Static. */
const struct currency *currency_find(struct str code);

enum money_result {
    MONEY_OK = 0,
    MONEY_NOT_DECIMAL,  /* not -?digits(.digits)? */
    MONEY_TOO_PRECISE,  /* non-zero digits behind the currency's last place */
    MONEY_OUT_OF_RANGE, /* over MONEY_MAX */
};

/* Plain decimal text, '.' as the mark, no grouping, optional leading '-' or '+'; trailing zeros past the
 * exponent are fine: "10", "-24.47", "1.500" for EUR. */
enum money_result money_parse(struct str text, int exponent, int64_t *minor) MUST_CHECK;

/* The same of what somebody sent: -1 with a fault at `pointer` that names the currency, *minor untouched. */
int money_read(const char *text, const char *currency, int exponent, const char *pointer, int64_t *minor,
               struct faults *faults) MUST_CHECK;

/* A sentence for an error: "has more decimals than EUR has (2)". Static storage. */
const char *money_result_text(enum money_result result);

/* "-24.47" into text. */
enum { MONEY_TEXT_SIZE = 24 };
void money_format(int64_t minor, int exponent, char text[MONEY_TEXT_SIZE]);

/* a + b into sum; -1 and sum untouched when it passes MONEY_MAX. */
int money_add(int64_t a, int64_t b, int64_t *sum) MUST_CHECK;

/* What passes MONEY_MAX, either way, is MONEY_MAX: for estimates and alarms, not for books. */
int64_t money_clamp(__int128 minor);

#endif
