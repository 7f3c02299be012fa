#ifndef FINANCE_CLASSIFIER_CONSTANTS_H
#define FINANCE_CLASSIFIER_CONSTANTS_H

/* The one configuration of the classifier. Each was chosen by bench/classifier over four sets at once; none
 * is any set's own. Changing one changes every model, so it also changes CLASSIFIER_VERSION. */

#define WEIGHT_RATE         0.5f /* AdaGrad step of hashed weights */
#define WEIGHT_EPSILON      1e-4f
#define WEIGHT_GRADIENT_MIN 0.02f /* a smaller error teaches nothing and costs memory */

#define SHARED_RATE    0.1f /* AdaGrad step of the weights that all classes share */
#define SHARED_SQUARES 1.2f /* what they start with: they are trusted, so they move slowly */

#define MEMORY_RECENT  0.7f  /* fading of recent counts, a label of the context */
#define MEMORY_LASTING 0.97f /* of lasting counts */
#define MEMORY_COUNT   0.35f /* recent count c weighs log(1 + c / this) */

#define FREQUENCY_FADE 0.995f /* fading of how often each class is used at all, a label */
#define FREQUENCY_PLUS 0.3f   /* added to each class's count */

/* A merchant that has had several categories keeps its last correction only while the user's corrections
 * hold: the fading share of them that the next label of the merchant agreed with. */
#define CORRECTION_HELD_MIN 0.33f
#define CORRECTION_FADE     0.95f

/* Memory whose labels agree starts with this record of `weight` outcomes, and applies by itself at or above
 * the minimum. */
#define MEMORY_TRUST        0.965f
#define MEMORY_TRUST_WEIGHT 12.0f
#define MEMORY_TRUST_MIN    0.95f
#define MEMORY_TRUST_FADE   0.98f

/* What a new merchant's words plainly mean is applied by itself as long as such categories were not
 * corrected: their record starts with this share of `weight` outcomes right (.985 of 65 in
 * bench/cold_start.csv; of categories that users named themselves only about .6 in the labelled sets, so it
 * is for unchanged default categories). */
#define MEANING_TRUST        0.94f
#define MEANING_TRUST_WEIGHT 12.0f
#define MEANING_TRUST_MIN    0.90f
#define MEANING_TRUST_FADE   0.98f
#define MEANING_SHARE_MIN    0.9f /* of what the words mean is this category */
#define MEANING_RIVAL_MAX    0.5f /* what its own group or leaf gets */

#define CALIBRATION_RATE    0.3f
#define CALIBRATION_SQUARES 20.0f
#define ACCURACY_START      0.7f /* assumed of a new user */
#define ACCURACY_FADE       0.97f

/* Fading of how often a label is of a category that had none: with the first few labels most are, and a new
 * merchant's category is then likely one that the model can't know of (bench/classifier on users of less than
 * 100 rows: .54 of what the softmax set in their first ten rows was right, .92 of all that was set; with it
 * .95 of all). */
#define NOVELTY_FADE 0.9f

#endif
