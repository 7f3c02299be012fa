#ifndef FINANCE_CLASSIFIER_MODEL_H
#define FINANCE_CLASSIFIER_MODEL_H

/* The inside of finance/classifier: only its own .c files include this. */

#include "finance/classifier.h"
#include "finance/classifier_memory.h"
#include "finance/classifier_threshold.h"
#include "finance/classifier_weights.h"

/* Weights that all classes share: each scales one kind of evidence that points at a class ("the last label of
 * this key"), so that what is learned of one class's evidence holds for all, from the first label. Memory has
 * one for each context, whether a narrower context knew the row too, and how long the run of the last label
 * is. */
enum { MEMORY_RUNS = 5, MEMORY_SHARED = CONTEXTS * 2 * MEMORY_RUNS };
enum shared_weight {
    SHARED_FREQUENCY, /* how often the user uses the class at all */
    SHARED_LAST,
    SHARED_RECENT = SHARED_LAST + MEMORY_SHARED,
    SHARED_LEXICON = SHARED_RECENT + MEMORY_SHARED, /* pairs: merchant known, merchant new */
    SHARED_NAME = SHARED_LEXICON + 2,
    SHARED_PRIOR = SHARED_NAME + 2,
    SHARED_MERCHANT_CODE = SHARED_PRIOR + 2,
    SHARED_KIND = SHARED_MERCHANT_CODE + 2,
    SHARED_WEIGHTS = SHARED_KIND + 1,
};

/* One piece of evidence for one class. */
struct evidence {
    uint16_t shared, class;
    float value;
};

enum { CALIBRATION_INPUTS = 10 };

/* What is kept of a class: its words by their first bytes, and what its name means. */
enum { CLASS_WORDS_MAX = 12, CLASS_WORD_SIZE = 5, CLASS_WORD_MIN = 4 };
struct class_profile {
    int kind;
    bool is_default; /* a default category */
    size_t meaning_count, word_count;
    struct meaning meanings[LEXICON_MEANINGS_MAX];
    uint64_t words[CLASS_WORDS_MAX];
    float count; /* fading, of its labels */
    uint32_t labels;
};

struct classifier {
    struct classifier_options options;
    struct class_profile *classes; /* CLASSIFIER_CLASSES_MAX of them */
    size_t class_count;
    struct weights weights;
    struct memory memory;
    struct weight shared[SHARED_WEIGHTS];
    struct weight calibration[CALIBRATION_INPUTS];
    struct threshold threshold;
    float total;                                 /* fading, of all labels */
    float corrections_held;                      /* fading share */
    float accuracy;                              /* fading share of right suggestions */
    float trusted_right[2], trusted_outcomes[2]; /* of memory that agreed: once seen, seen more often */
    float meant_right, meant_outcomes;           /* of default categories that words plainly meant */
    float novelty;                               /* fading share of labels whose category had none before */
    uint32_t labels;
};

enum { TRUSTED_MEANING = 3 };

/* All that is known of a row before a class is chosen. */
enum { EVIDENCE_MAX = CONTEXTS * (1 + MEMORY_CLASSES) + 6 * CLASSIFIER_CLASSES_MAX };
struct scored {
    const struct classifier_row *row;
    char text[2 * NORMALISE_TEXT_SIZE]; /* means of payment and text: what the lexicon reads */
    struct meaning meanings[LEXICON_MEANINGS_MAX];
    size_t meaning_count;
    struct feature features[FEATURES_MAX];
    size_t feature_count;
    uint64_t contexts[CONTEXTS];
    const struct memory_entry *memory[CONTEXTS];
    uint16_t classes[CLASSIFIER_CLASSES_MAX]; /* that take part, in order of their index */
    size_t class_count;
    struct evidence evidence[EVIDENCE_MAX];
    size_t evidence_count;
    float scores[CLASSIFIER_CLASSES_MAX], shares[CLASSIFIER_CLASSES_MAX]; /* shares: the softmax */
    int best;       /* CLASSIFIER_NONE when there is no class */
    int trusted;    /* 0; 1 and 2: memory agrees on the best, seen once, more often; TRUSTED_MEANING */
    int meant;      /* class that the words plainly mean, CLASSIFIER_NONE */
    bool corrected; /* the best is what the user last corrected this merchant to */
    float inputs[CALIBRATION_INPUTS];
    float confidence;
};

/* Fills all of *scored. For a prediction (label CLASSIFIER_NONE) all classes take part; to learn `label` only
 * it and those that have labels, so that what is learned does not depend on when a class was added. */
void classifier_score(const struct classifier *classifier, const struct classifier_row *row, int label,
                      struct scored *scored);

/* The name of a class into its profile. */
void classifier_read_name(const struct classifier *classifier, const struct classifier_class *class,
                          struct class_profile *profile);

#endif
