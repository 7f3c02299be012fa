#ifndef FINANCE_NORMALISE_WORDS_H
#define FINANCE_NORMALISE_WORDS_H

/* The words that finance/normalise.c takes off: lists ended by NULL, already folded. Written by hand for
 * banks of the English, French, German, Spanish, Portuguese, Italian and Dutch speaking countries. Whoever
 * adds one adds a case to tests/unit/normalise_test.c. */

extern const char
    *const normalise_payment_phrases[];           /* words with one space between; the longest match wins */
extern const char *const normalise_aggregators[]; /* noise only in front of a '*' */
extern const char *const normalise_field_names[]; /* noise only in front of a ':' */
extern const char *const normalise_months[];      /* noise only beside a number */
extern const char *const normalise_month_names[]; /* noise always: long names that mean nothing else */
extern const char *const normalise_fee_words[]; /* in front of these, payment words say what the fee is for */

#endif
