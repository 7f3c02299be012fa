#ifndef FINANCE_LEXICON_H
#define FINANCE_LEXICON_H

/*
 * What words mean: a hand-written table from keywords to the default categories, and one from ISO 18245
 * merchant codes. It serves twice: for a bank's text, and for the name of a category that a user made, so
 * that "Vehicle Fuel" and "Carburant" both stand for the default category Fuel. Built once, read-only
 * afterwards, shared by all models.
 */

#include <stddef.h>

#include "base/attributes.h"
#include "finance/default_categories.h"
#include "finance/normalise.h"

struct lexicon;

enum { LEXICON_MEANINGS_MAX = 12 };

/* One meaning with its share of the evidence; the shares of a text sum to 1. A group stands for all its
 * leaves. */
struct meaning {
    enum default_category category;
    float share;
    struct str words; /* the words that say so: a view of the text given */
};

/* Never NULL; the caller frees it, after the last model that uses it. */
struct lexicon *lexicon_new(void);
void lexicon_free(struct lexicon *lexicon);

/* Fills up to LEXICON_MEANINGS_MAX of what the words of `text` (as struct normalised: folded, single spaces)
 * mean, and gives the number, 0 when nothing is known. */
size_t lexicon_read(const struct lexicon *lexicon, struct str text,
                    struct meaning meanings[LEXICON_MEANINGS_MAX]);

/* The default category of a merchant code (ISO 18245), -1 when the code says nothing. */
int lexicon_merchant_code(int code);

#endif
