#ifndef FINANCE_CLASSIFIER_THRESHOLD_H
#define FINANCE_CLASSIFIER_THRESHOLD_H

/*
 * From which confidence on a category is set without asking. A pure function of the user's last 400 outcomes
 * (what was suggested, how sure, was it right): the smallest confidence above which the suggestions were
 * right often enough. Few outcomes are filled up with assumed ones, so that it starts at .90, and within the
 * first 100 it only rises: a lucky start does not open the gate.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { THRESHOLD_OUTCOMES = 400, THRESHOLD_STEPS = 26, THRESHOLD_FIRST = 100 };

/* Above every confidence: nothing is set without asking. */
#define THRESHOLD_NEVER 2.0f

struct threshold {
    float target;                         /* precision to keep */
    uint8_t outcomes[THRESHOLD_OUTCOMES]; /* a ring: step of the confidence, and whether it was right */
    uint32_t seen;                        /* ever */
    uint16_t suggested[THRESHOLD_STEPS], right[THRESHOLD_STEPS]; /* of the ring, by step */
    float value, start;                                          /* start: what it was without any outcome */
};

/* target: precision, .5 to .999. */
void threshold_init(struct threshold *threshold, float target);
void threshold_learn(struct threshold *threshold, float confidence, bool right);

/* A confidence in thousandths, cut down to the step it reaches (of tenths below .50): what is kept with a
 * transaction. Learning from the kept one is learning from the exact one, and a label that moves every
 * confidence a little does not change every row. */
int threshold_permille(float confidence);

/* Of the outcomes kept: how many, and how many reach the threshold of today and were right. */
struct threshold_report {
    uint32_t outcomes, applied, right;
};
struct threshold_report threshold_report(const struct threshold *threshold);

#endif
