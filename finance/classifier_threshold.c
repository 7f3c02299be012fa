#include "finance/classifier_threshold.h"

#include <string.h>

static const float steps[THRESHOLD_STEPS] = {.50f,  .55f, .60f,  .65f, .70f,  .75f,  .80f,  .83f, .86f,
                                             .88f,  .90f, .91f,  .92f, .93f,  .94f,  .95f,  .96f, .97f,
                                             .975f, .98f, .985f, .99f, .993f, .996f, .998f, .999f};

/* Assumed outcomes: this many, right as often as c + (1 - c) * THRESHOLD_HOPE at confidence c. With the aim
 * below this puts the start at .90 for a target of .95. */
#define THRESHOLD_ASSUMED 60.0f
#define THRESHOLD_HOPE    0.625f

/* Outcomes to come are less kind than those the threshold was chosen on, so it aims a little above the
 * target. */
#define THRESHOLD_MARGIN 0.25f

enum { OUTCOME_RIGHT = 0x80, OUTCOME_BELOW = 0x7f };

/* The highest step that the confidence reaches, OUTCOME_BELOW under the lowest. */
static uint8_t step_of(float confidence)
{
    uint8_t step = OUTCOME_BELOW;
    for (uint8_t i = 0; i < THRESHOLD_STEPS && confidence >= steps[i]; i++)
        step = i;
    return step;
}

int threshold_permille(float confidence)
{
    uint8_t step = step_of(confidence);
    if (step == OUTCOME_BELOW)
        return confidence <= 0 ? 0 : (int)(confidence * 10) * 100;
    return (int)(steps[step] * 1000 + 0.5f);
}

static void choose(struct threshold *threshold)
{
    float aim = threshold->target + (1 - threshold->target) * THRESHOLD_MARGIN - 1e-5f;
    float suggested = 0, right = 0;
    threshold->value = THRESHOLD_NEVER;
    for (int i = THRESHOLD_STEPS - 1; i >= 0; i--) {
        suggested += (float)threshold->suggested[i];
        right += (float)threshold->right[i];
        float hope = steps[i] + (1 - steps[i]) * THRESHOLD_HOPE;
        if ((right + THRESHOLD_ASSUMED * hope) / (suggested + THRESHOLD_ASSUMED) >= aim)
            threshold->value = steps[i];
    }
    if (threshold->seen < THRESHOLD_FIRST && threshold->value < threshold->start)
        threshold->value = threshold->start;
}

void threshold_init(struct threshold *threshold, float target)
{
    memset(threshold, 0, sizeof *threshold);
    threshold->target = target;
    choose(threshold);
    threshold->start = threshold->value;
}

static void count(struct threshold *threshold, uint8_t outcome, int by)
{
    uint8_t step = outcome & OUTCOME_BELOW;
    if (step == OUTCOME_BELOW)
        return;
    threshold->suggested[step] = (uint16_t)(threshold->suggested[step] + by);
    if ((outcome & OUTCOME_RIGHT) != 0)
        threshold->right[step] = (uint16_t)(threshold->right[step] + by);
}

void threshold_learn(struct threshold *threshold, float confidence, bool right)
{
    uint8_t *place = &threshold->outcomes[threshold->seen % THRESHOLD_OUTCOMES];
    if (threshold->seen >= THRESHOLD_OUTCOMES)
        count(threshold, *place, -1);
    *place = (uint8_t)(step_of(confidence) | (right ? OUTCOME_RIGHT : 0));
    count(threshold, *place, 1);
    threshold->seen++;
    choose(threshold);
}

struct threshold_report threshold_report(const struct threshold *threshold)
{
    uint32_t kept = threshold->seen < THRESHOLD_OUTCOMES ? threshold->seen : THRESHOLD_OUTCOMES;
    struct threshold_report report = {.outcomes = kept};
    for (int i = 0; i < THRESHOLD_STEPS; i++)
        if (steps[i] >= threshold->value) {
            report.applied += threshold->suggested[i];
            report.right += threshold->right[i];
        }
    return report;
}
