#ifndef FINANCE_CLASSIFIER_FEATURES_H
#define FINANCE_CLASSIFIER_FEATURES_H

/*
 * What the classifier sees of a transaction: hashed features (a bucket and a value; the values of one kind
 * are scaled to one L2 length, so that a long description does not shout), and the contexts that memory is
 * kept under. Hashes are FNV-1a over bytes, so they are the same on every machine.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finance/lexicon.h"
#include "finance/normalise.h"

enum { FEATURE_BUCKETS = 1 << 16, FEATURES_MAX = 256 };

/* A transaction as the classifier takes it. */
struct classifier_row {
    const struct normalised *text;
    int64_t amount_minor; /* < 0: money out */
    int exponent;         /* of the currency */
    int32_t date;
    int merchant_code; /* ISO 18245, 0 when not known */
};

/* The kinds of hashed features; each is one group that is scaled on its own. */
enum feature_kind {
    FEATURE_BIAS,
    FEATURE_WORD,    /* words and pairs of neighbours */
    FEATURE_CHARS,   /* runs of 3 to 5 bytes inside a word, its ends marked */
    FEATURE_KEY,     /* the whole key, alone and with the means of payment */
    FEATURE_AMOUNT,  /* sign, logarithmic buckets, exact, round */
    FEATURE_DATE,    /* fifth of the month, weekday */
    FEATURE_SIGN,    /* sign with the first word, sign with the means of payment */
    FEATURE_MEANING, /* what the lexicon says */
    FEATURE_KINDS,
};

struct feature {
    uint16_t bucket;
    uint8_t kind;
    float value;
    struct str words; /* what it was made of: a view of the row's text; empty for amounts and dates */
};

/* Fills up to FEATURES_MAX and gives the number. The features of a long text are cut, not refused. */
size_t features_of(const struct classifier_row *row, const struct meaning *meanings, size_t meaning_count,
                   struct feature features[FEATURES_MAX]);

/* What past labels are remembered by, from the narrowest. All but TEXT and AMOUNT also tell money in from
 * money out. */
enum context {
    CONTEXT_KEY_AMOUNT, /* key and exact amount */
    CONTEXT_KEY_SIZE,   /* key and power of two of the amount */
    CONTEXT_KEY,
    CONTEXT_TWO_WORDS, /* first two words of the key */
    CONTEXT_FIRST_WORD,
    CONTEXT_TEXT,    /* the whole text, digits too */
    CONTEXT_AMOUNT,  /* exact amount alone */
    CONTEXT_MEANS,   /* means of payment */
    CONTEXT_MEANING, /* what the lexicon holds likeliest; none when it knows nothing */
    CONTEXTS,
};

/* Fills the hash of each context; 0 where the row has none. */
void contexts_of(const struct classifier_row *row, const struct meaning *meanings, size_t meaning_count,
                 uint64_t contexts[CONTEXTS]);

#endif
