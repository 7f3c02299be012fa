#ifndef FINANCE_CLASSIFIER_H
#define FINANCE_CLASSIFIER_H

/*
 * Which category a transaction belongs to, learned from one user's own labels: an online multinomial logistic
 * regression over hashed text features, what memory holds of the merchant, the lexicon and the installation's
 * prior, all in one softmax, so that a confidence and its explanation are one thing. docs/classification.md
 * tells it at length.
 *
 * A model is a pure function of its classes and of the labels learned, in their order: the same calls give
 * the same model to the bit on any machine, so that undoing a label is replaying the log without it. It
 * learns only from what it is told; it never learns from its own guesses. No I/O, no clock, no randomness.
 * One model is for one thread at a time.
 *
 * Memory: about 1 MB, and some 2 KB a label; a class past CLASSIFIER_CLASSES_MAX is refused, features of a
 * row are capped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "finance/classifier_features.h"
#include "finance/classifier_prior.h"
#include "finance/default_categories.h"
#include "finance/lexicon.h"

/* Changes whenever the same labels would give another model: what was cached or packed under another is void.
 */
enum { CLASSIFIER_VERSION = 2 };

enum { CLASSIFIER_CLASSES_MAX = 512, CLASSIFIER_RANKED = 5, CLASSIFIER_REASONS_MAX = 6 };

enum { CLASSIFIER_NONE = -1 };

struct classifier;

struct classifier_options {
    const struct lexicon *lexicon; /* outlives the model */
    const struct prior *prior;     /* outlives the model; NULL for none */
    float target;                  /* precision to keep of what is set without asking, .5 to .999 */
};

/* A category of the user. */
struct classifier_class {
    struct str name;      /* with its parents' names, "Food: Groceries"; its words are evidence */
    int kind;             /* enum category_kind, CLASSIFIER_NONE when not known */
    int default_category; /* the enum default_category it was made from, CLASSIFIER_NONE when the user made it
                           */
};

/* Where a category comes from, as it is stored with a transaction. User and rule are decided outside. */
enum classifier_source {
    CLASSIFIER_SOURCE_NONE,
    CLASSIFIER_SOURCE_PRIOR,
    CLASSIFIER_SOURCE_MODEL,
    CLASSIFIER_SOURCE_MEMORY,
    CLASSIFIER_SOURCE_RULE,
    CLASSIFIER_SOURCE_USER,
};
const char *classifier_source_name(enum classifier_source source); /* "none", "prior", …; static */

struct classifier_ranked {
    int class;
    float confidence; /* 0 to 1; of all classes together at most 1 */
};

struct classifier_prediction {
    int class;                     /* to be set without asking; CLASSIFIER_NONE below the threshold */
    enum classifier_source source; /* NONE when class is none */
    float threshold;
    struct classifier_ranked ranked[CLASSIFIER_RANKED]; /* likeliest first, whether set or only suggested */
    size_t ranked_count;                                /* 0 when the model has no class */
    enum classifier_source basis;                       /* what the first of `ranked` stands on */
};

/* What the user was shown before he labelled the row: the first of `ranked`. */
struct classifier_shown {
    int class;
    float confidence;
};

/* Why a class was given its place: what spoke for it against its strongest rival. */
struct classifier_reason {
    const char *kind; /* memory, words, merchant, amount, date, meaning, name, prior, habit; static */
    char text[160];   /* "the last 4 of “lyft” were in this category" */
    float weight;     /* in the model's scores: above 0 it spoke for the class */
};

/* Never NULL. */
struct classifier *classifier_new(const struct classifier_options *options);
void classifier_free(struct classifier *classifier);

/* Adds a class and gives its index, counted from 0; -1 when there are CLASSIFIER_CLASSES_MAX. */
int classifier_add_class(struct classifier *classifier, const struct classifier_class *class) MUST_CHECK;

/* Learns that the user put the row in the class. `shown` is NULL when nothing was shown (history brought
 * along): then what the model would have said counts as shown. */
void classifier_learn(struct classifier *classifier, const struct classifier_row *row, int class,
                      const struct classifier_shown *shown);

/* The likeliest classes, and what would be set without asking. */
void classifier_predict(const struct classifier *classifier, const struct classifier_row *row,
                        struct classifier_prediction *prediction);

/* The strongest reasons for `class`, strongest first; gives their number. */
size_t classifier_explain(const struct classifier *classifier, const struct classifier_row *row, int class,
                          struct classifier_reason reasons[CLASSIFIER_REASONS_MAX]);

struct classifier_state {
    uint32_t labels;
    size_t classes;
    float threshold, accuracy; /* accuracy: fading share of right suggestions, about the last 30 */
    uint32_t outcomes, applied,
        right; /* of the last 400 outcomes: how many the threshold of today takes, and right ones */
};
struct classifier_state classifier_state(const struct classifier *classifier);

/* A digest of all weights and memory: equal models have equal digests. For tests and for a check after a
 * replay. */
uint64_t classifier_digest(const struct classifier *classifier);

#endif
