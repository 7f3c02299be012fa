#ifndef FINANCE_LEXICON_WORDS_H
#define FINANCE_LEXICON_WORDS_H

/* The tables of finance/lexicon.c, kept apart because they are read and edited by people, not by the
 * compiler. */

#include <stddef.h>

#include "finance/default_categories.h"

struct lexicon_line {
    enum default_category category; /* a leaf, or a group when the word fits all its leaves */
    const char *words;
};

struct merchant_range {
    int first, last; /* inclusive */
    enum default_category category;
};

extern const struct lexicon_line lexicon_lines[];
extern const size_t lexicon_line_count;
extern const struct merchant_range merchant_ranges[];
extern const size_t merchant_range_count;

#endif
