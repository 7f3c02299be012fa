#include "finance/classifier.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "finance/classifier_constants.h"
#include "finance/classifier_math.h"
#include "finance/classifier_model.h"

const char *classifier_source_name(enum classifier_source source)
{
    static const char *const names[] = {"none", "prior", "model", "memory", "rule", "user"};
    return names[source];
}

/* What the shared weights begin with; each is then the user's own. Chosen by bench/classifier over four sets
 * at once. */
static void set_shared(struct classifier *classifier)
{
    static const float last[CONTEXTS] = {
        [CONTEXT_KEY_AMOUNT] = 0.9f, [CONTEXT_KEY_SIZE] = 1.0f,    [CONTEXT_KEY] = 2.0f,
        [CONTEXT_TWO_WORDS] = 1.0f,  [CONTEXT_FIRST_WORD] = 0.25f, [CONTEXT_TEXT] = 0.6f,
        [CONTEXT_AMOUNT] = 0.25f,    [CONTEXT_MEANS] = 0.6f,       [CONTEXT_MEANING] = 0.6f,
    };
    for (int i = 0; i < SHARED_WEIGHTS; i++)
        classifier->shared[i].squares = SHARED_SQUARES;
    for (int context = 0; context < CONTEXTS; context++)
        for (int place = 0; place < 2 * MEMORY_RUNS; place++) {
            float part = place < MEMORY_RUNS ? 0.5f : 1.0f; /* a narrower context has spoken already */
            int at = context * 2 * MEMORY_RUNS + place;
            classifier->shared[SHARED_LAST + at].value = part * last[context];
            classifier->shared[SHARED_RECENT + at].value = context == CONTEXT_MEANS ? 0.0f : part * 0.2f;
        }
    static const struct {
        enum shared_weight shared;
        float value; /* for a merchant that is new; half of it for one that memory knows */
    } world[] = {
        {SHARED_LEXICON, 3.0f}, {SHARED_NAME, 6.0f}, {SHARED_PRIOR, 4.0f}, {SHARED_MERCHANT_CODE, 4.0f}};
    for (size_t i = 0; i < sizeof world / sizeof *world; i++) {
        classifier->shared[world[i].shared].value = world[i].value / 2;
        classifier->shared[world[i].shared + 1].value = world[i].value;
    }
    classifier->shared[SHARED_FREQUENCY].value = 0.7f;
    classifier->shared[SHARED_KIND].value = 2.0f;
}

static void set_calibration(struct classifier *classifier)
{
    /* Fitted over four sets of equal weight together, then rounded: constant, softmax, user's accuracy, run,
     * several categories, share, correction, new merchant, exact amount, labels so far. */
    static const float start[CALIBRATION_INPUTS] = {-0.9f, 0.5f, 0.15f, -0.1f, -0.55f,
                                                    0.5f,  0.1f, -0.3f, 0.05f, 0.3f};
    for (int i = 0; i < CALIBRATION_INPUTS; i++)
        classifier->calibration[i] = (struct weight){start[i], CALIBRATION_SQUARES};
}

struct classifier *classifier_new(const struct classifier_options *options)
{
    struct classifier *classifier = calloc(1, sizeof *classifier);
    if (classifier == NULL ||
        (classifier->classes = calloc(CLASSIFIER_CLASSES_MAX, sizeof *classifier->classes)) == NULL)
        abort();
    classifier->options = *options;
    weights_init(&classifier->weights);
    memory_init(&classifier->memory);
    threshold_init(&classifier->threshold, options->target);
    classifier->corrections_held = 1;
    classifier->novelty = 1;
    classifier->accuracy = ACCURACY_START;
    set_shared(classifier);
    set_calibration(classifier);
    return classifier;
}

void classifier_free(struct classifier *classifier)
{
    if (classifier == NULL)
        return;
    weights_free(&classifier->weights);
    memory_free(&classifier->memory);
    free(classifier->classes);
    free(classifier);
}

int classifier_add_class(struct classifier *classifier, const struct classifier_class *class)
{
    if (classifier->class_count == CLASSIFIER_CLASSES_MAX)
        return -1;
    classifier_read_name(classifier, class, &classifier->classes[classifier->class_count]);
    return (int)classifier->class_count++;
}

static void learn_weights(struct classifier *classifier, const struct scored *scored, int class)
{
    float gradient[CLASSIFIER_CLASSES_MAX], shared[SHARED_WEIGHTS] = {0};
    uint16_t active[CLASSIFIER_CLASSES_MAX];
    size_t active_count = 0;
    for (size_t k = 0; k < scored->class_count; k++) {
        uint16_t i = scored->classes[k];
        gradient[i] = scored->shares[i] - (i == class ? 1.0f : 0.0f);
        if (gradient[i] >= WEIGHT_GRADIENT_MIN || gradient[i] <= -WEIGHT_GRADIENT_MIN)
            active[active_count++] = i;
    }
    if (active_count == 0)
        return;
    weights_learn(&classifier->weights, scored->features, scored->feature_count, gradient, active,
                  active_count);
    for (size_t i = 0; i < scored->evidence_count; i++)
        shared[scored->evidence[i].shared] += gradient[scored->evidence[i].class] * scored->evidence[i].value;
    for (int i = 0; i < SHARED_WEIGHTS; i++)
        if (shared[i] != 0)
            weight_step(&classifier->shared[i], shared[i], SHARED_RATE);
}

/* Learns how far its own suggestions can be trusted. */
static void learn_trust(struct classifier *classifier, const struct scored *scored, int class)
{
    bool right = scored->best == class;
    float inputs[CALIBRATION_INPUTS], sum = 0;
    memcpy(inputs, scored->inputs, sizeof inputs);
    for (int i = 0; i < CALIBRATION_INPUTS; i++)
        sum += classifier->calibration[i].value * inputs[i];
    float error = 1 / (1 + classifier_exp(-sum)) - (right ? 1.0f : 0.0f);
    for (int i = 0; i < CALIBRATION_INPUTS; i++)
        if (inputs[i] != 0)
            weight_step(&classifier->calibration[i], error * inputs[i], CALIBRATION_RATE);
    classifier->accuracy = classifier->accuracy * ACCURACY_FADE + (right ? 1 - ACCURACY_FADE : 0);
    if (scored->trusted > 0 && scored->trusted != TRUSTED_MEANING) {
        int seen = scored->trusted - 1;
        classifier->trusted_right[seen] =
            classifier->trusted_right[seen] * MEMORY_TRUST_FADE + (right ? 1.0f : 0.0f);
        classifier->trusted_outcomes[seen] = classifier->trusted_outcomes[seen] * MEMORY_TRUST_FADE + 1;
    }
}

/* Whether a default category that was set for what the words mean was the right one: told by what was shown,
 * since learning itself knows no class before its first label. */
static void learn_meaning(struct classifier *classifier, const struct classifier_shown *shown, int class)
{
    if (shown->class < 0 || (size_t)shown->class >= classifier->class_count ||
        shown->confidence < MEANING_TRUST_MIN || classifier->classes[shown->class].labels > 0)
        return;
    classifier->meant_right =
        classifier->meant_right * MEANING_TRUST_FADE + (shown->class == class ? 1.0f : 0.0f);
    classifier->meant_outcomes = classifier->meant_outcomes * MEANING_TRUST_FADE + 1;
}

static void learn_memory(struct classifier *classifier, const struct scored *scored, int class,
                         bool corrected)
{
    const struct memory_entry *key = scored->memory[CONTEXT_KEY];
    if (key != NULL && key->corrected && key->count > 1)
        classifier->corrections_held =
            classifier->corrections_held * CORRECTION_FADE + (key->last == class ? 1 - CORRECTION_FADE : 0);
    for (int context = 0; context < CONTEXTS; context++)
        memory_learn(&classifier->memory, scored->contexts[context], (uint16_t) class, corrected);
    for (size_t i = 0; i < classifier->class_count; i++)
        classifier->classes[i].count *= FREQUENCY_FADE;
    classifier->total = classifier->total * FREQUENCY_FADE + 1;
    classifier->novelty =
        classifier->novelty * NOVELTY_FADE + (classifier->classes[class].labels == 0 ? 1 - NOVELTY_FADE : 0);
    classifier->classes[class].count += 1;
    classifier->classes[class].labels++;
}

void classifier_learn(struct classifier *classifier, const struct classifier_row *row, int class,
                      const struct classifier_shown *shown)
{
    if (class < 0 || (size_t) class >= classifier->class_count)
        return;
    struct scored scored;
    classifier_score(classifier, row, class, &scored);
    /* A class that takes part only because it is being taught can't have been suggested. */
    bool is_new = classifier->classes[class].labels == 0;
    struct classifier_shown own = {is_new ? CLASSIFIER_NONE : scored.best, scored.confidence};
    if (shown == NULL)
        shown = &own;
    bool corrected = scored.best != class || (shown->class != CLASSIFIER_NONE && shown->class != class);
    learn_weights(classifier, &scored, class);
    learn_trust(classifier, &scored, class);
    if (shown != &own)
        learn_meaning(classifier, shown, class);
    if (shown->class != CLASSIFIER_NONE)
        threshold_learn(&classifier->threshold, shown->confidence, shown->class == class);
    learn_memory(classifier, &scored, class, corrected);
    classifier->labels++;
}

/* The classes in order of their share, the best one first whatever its share. */
static void rank(const struct classifier *classifier, const struct scored *scored,
                 struct classifier_prediction *out)
{
    size_t wanted = classifier->class_count < CLASSIFIER_RANKED ? classifier->class_count : CLASSIFIER_RANKED;
    float rest = 1 - scored->shares[scored->best];
    out->ranked[0] = (struct classifier_ranked){scored->best, scored->confidence};
    for (out->ranked_count = 1; out->ranked_count < wanted; out->ranked_count++) {
        int next = CLASSIFIER_NONE;
        for (size_t class = 0; class < classifier->class_count; class ++) {
            bool taken = false;
            for (size_t i = 0; i < out->ranked_count; i++)
                taken = taken || out->ranked[i].class == (int)class;
            if (!taken && (next == CLASSIFIER_NONE || scored->shares[class] > scored->shares[next]))
                next = (int)class;
        }
        /* The others share what the first leaves, but none is surer than the one before it. */
        float part = rest > 0 ? scored->shares[next] / rest * (1 - scored->confidence) : 0;
        float before = out->ranked[out->ranked_count - 1].confidence;
        out->ranked[out->ranked_count] = (struct classifier_ranked){next, part < before ? part : before};
    }
}

static enum classifier_source basis_of(const struct classifier *classifier, const struct scored *scored)
{
    if (scored->trusted > 0 && scored->trusted != TRUSTED_MEANING)
        return CLASSIFIER_SOURCE_MEMORY;
    return classifier->classes[scored->best].labels == 0 ? CLASSIFIER_SOURCE_PRIOR : CLASSIFIER_SOURCE_MODEL;
}

void classifier_predict(const struct classifier *classifier, const struct classifier_row *row,
                        struct classifier_prediction *prediction)
{
    struct scored scored;
    classifier_score(classifier, row, CLASSIFIER_NONE, &scored);
    *prediction =
        (struct classifier_prediction){.class = CLASSIFIER_NONE, .threshold = classifier->threshold.value};
    if (scored.best == CLASSIFIER_NONE)
        return;
    rank(classifier, &scored, prediction);
    prediction->basis = basis_of(classifier, &scored);
    if (scored.confidence >= classifier->threshold.value) {
        prediction->class = scored.best;
        prediction->source = prediction->basis;
    }
}

struct classifier_state classifier_state(const struct classifier *classifier)
{
    struct threshold_report report = threshold_report(&classifier->threshold);
    return (struct classifier_state){
        .labels = classifier->labels,
        .classes = classifier->class_count,
        .threshold = classifier->threshold.value,
        .accuracy = classifier->accuracy,
        .outcomes = report.outcomes,
        .applied = report.applied,
        .right = report.right,
    };
}

uint64_t classifier_digest(const struct classifier *classifier)
{
    uint64_t hash = HASH_FNV_START;
    for (size_t i = 0; i < FEATURE_BUCKETS; i++)
        for (size_t k = 0; k < classifier->weights.buckets[i].count; k++) {
            const struct weight_cell *cell =
                &classifier->weights.cells[classifier->weights.buckets[i].at + k];
            hash = hash_fnv1a(hash, &cell->weight, sizeof cell->weight);
            hash = hash_fnv1a(hash, &cell->class, sizeof cell->class);
        }
    hash = hash_fnv1a(hash, classifier->shared, sizeof classifier->shared);
    hash = hash_fnv1a(hash, classifier->calibration, sizeof classifier->calibration);
    hash = hash_fnv1a(hash, &classifier->novelty, sizeof classifier->novelty);
    hash = hash_fnv1a(hash, &classifier->threshold, sizeof classifier->threshold);
    for (size_t i = 0; i < classifier->memory.capacity; i++) {
        const struct memory_entry *entry = &classifier->memory.entries[i];
        hash = hash_fnv1a(hash, &entry->context, sizeof entry->context);
        hash = hash_fnv1a(hash, &entry->last, sizeof entry->last);
        hash = hash_fnv1a(hash, entry->recent, sizeof entry->recent);
        hash = hash_fnv1a(hash, entry->lasting, sizeof entry->lasting);
    }
    return hash;
}
