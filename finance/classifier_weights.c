#include "finance/classifier_weights.h"

#include <stdlib.h>
#include <string.h>

#include "finance/classifier_constants.h"

void weights_init(struct weights *weights)
{
    weights->used = 0;
    weights->capacity = 1024;
    weights->cells = malloc(weights->capacity * sizeof *weights->cells);
    weights->buckets = calloc(FEATURE_BUCKETS, sizeof *weights->buckets);
    if (weights->cells == NULL || weights->buckets == NULL)
        abort();
}

void weights_free(struct weights *weights)
{
    free(weights->cells);
    free(weights->buckets);
}

void weights_score(const struct weights *weights, const struct feature *features, size_t count, float *scores)
{
    for (size_t i = 0; i < count; i++) {
        const struct weight_bucket *bucket = &weights->buckets[features[i].bucket];
        const struct weight_cell *cells = weights->cells + bucket->at;
        for (size_t k = 0; k < bucket->count; k++)
            scores[cells[k].class] += cells[k].weight.value * features[i].value;
    }
}

/* Moves the bucket's cells to the end of the pool, where there is room for more. What they leave is not used
 * again: capacities double, so that at most half of the pool is lost. */
static void make_room(struct weights *weights, struct weight_bucket *bucket)
{
    size_t capacity = bucket->capacity == 0 ? 2 : (size_t)bucket->capacity * 2;
    if (weights->used + capacity > weights->capacity) {
        weights->capacity = weights->capacity * 2 + capacity;
        weights->cells = realloc(weights->cells, weights->capacity * sizeof *weights->cells);
        if (weights->cells == NULL)
            abort();
    }
    memcpy(weights->cells + weights->used, weights->cells + bucket->at,
           bucket->count * sizeof *weights->cells);
    bucket->at = (uint32_t)weights->used;
    bucket->capacity = (uint16_t)capacity;
    weights->used += capacity;
}

static struct weight *weight_at(struct weights *weights, struct weight_bucket *bucket, uint16_t class)
{
    for (size_t k = 0; k < bucket->count; k++)
        if (weights->cells[bucket->at + k].class == class)
            return &weights->cells[bucket->at + k].weight;
    if (bucket->count == bucket->capacity)
        make_room(weights, bucket);
    struct weight_cell *cell = &weights->cells[bucket->at + bucket->count++];
    *cell = (struct weight_cell){{0, 0}, class};
    return &cell->weight;
}

void weight_step(struct weight *weight, float gradient, float rate)
{
    weight->squares += gradient * gradient;
    weight->value -= rate * gradient / __builtin_sqrtf(weight->squares + WEIGHT_EPSILON);
}

void weights_learn(struct weights *weights, const struct feature *features, size_t count,
                   const float *gradient, const uint16_t *active, size_t active_count)
{
    for (size_t i = 0; i < count; i++) {
        struct weight_bucket *bucket = &weights->buckets[features[i].bucket];
        for (size_t k = 0; k < active_count; k++)
            weight_step(weight_at(weights, bucket, active[k]), gradient[active[k]] * features[i].value,
                        WEIGHT_RATE);
    }
}

float weights_of(const struct weights *weights, const struct feature *feature, uint16_t class)
{
    const struct weight_bucket *bucket = &weights->buckets[feature->bucket];
    for (size_t k = 0; k < bucket->count; k++)
        if (weights->cells[bucket->at + k].class == class)
            return weights->cells[bucket->at + k].weight.value;
    return 0;
}
