#ifndef FINANCE_CLASSIFIER_WEIGHTS_H
#define FINANCE_CLASSIFIER_WEIGHTS_H

/*
 * The hashed part of the model: for each bucket the classes it has learned something of, each with a weight
 * and the sum of its squared gradients (AdaGrad: J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient
 * Methods", JMLR 12, 2011). A class that a bucket never saw costs nothing: gradients below
 * WEIGHT_GRADIENT_MIN make no weight. Owns its memory.
 */

#include <stddef.h>
#include <stdint.h>

#include "finance/classifier_features.h"

struct weight {
    float value, squares;
};

struct weight_cell {
    struct weight weight;
    uint16_t class;
};

struct weights {
    struct weight_bucket {
        uint32_t at; /* first cell */
        uint16_t count, capacity;
    } * buckets; /* FEATURE_BUCKETS of them */
    struct weight_cell *cells;
    size_t used, capacity;
};

void weights_init(struct weights *weights);
void weights_free(struct weights *weights);

/* Adds the features' weights to scores[class]. */
void weights_score(const struct weights *weights, const struct feature *features, size_t count,
                   float *scores);

/* One AdaGrad step against `gradient` of each class in `active`. */
void weights_learn(struct weights *weights, const struct feature *features, size_t count,
                   const float *gradient, const uint16_t *active, size_t active_count);

/* The weight of one feature for one class, 0 when it has none. */
float weights_of(const struct weights *weights, const struct feature *feature, uint16_t class);

/* One step of one weight. */
void weight_step(struct weight *weight, float gradient, float rate);

#endif
