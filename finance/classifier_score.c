/* From a row to the share of each class: gathers features and evidence, adds up, softmax. */
#include <string.h>

#include "finance/classifier_constants.h"
#include "finance/classifier_math.h"
#include "finance/classifier_model.h"

/* The first bytes of a word as a number, 0 when it is too short to mean much. Five bytes forgive "fuels" and
 * "fuelling". */
static uint64_t word_code(struct str word)
{
    if (word.size < CLASS_WORD_MIN)
        return 0;
    uint64_t code = 0;
    for (size_t i = 0; i < word.size && i < CLASS_WORD_SIZE; i++)
        code = code << 8 | (uint8_t)word.data[i];
    return code;
}

/* "fuel" and "fuels": the shorter is the other's beginning. */
static bool codes_match(uint64_t a, uint64_t b)
{
    if (a == b)
        return true;
    uint64_t four = UINT64_C(0xffffffff);
    return a <= four ? b > four && b >> 8 == a : b <= four && a >> 8 == b;
}

void classifier_read_name(const struct classifier *classifier, const struct classifier_class *class,
                          struct class_profile *profile)
{
    struct normalised name;
    normalise_text(class->name, &name);
    profile->kind = class->kind;
    profile->is_default = class->default_category >= 0;
    if (class->default_category >= 0 && class->default_category < DEFAULT_CATEGORIES) {
        profile->meanings[0] =
            (struct meaning){(enum default_category) class->default_category, 1.0f, {"", 0}};
        profile->meaning_count = 1;
        profile->kind = (int)default_categories[class->default_category].kind;
    } else {
        profile->meaning_count = lexicon_read(classifier->options.lexicon,
                                              (struct str){name.text, name.text_size}, profile->meanings);
    }
    for (size_t i = 0; i < profile->meaning_count; i++)
        profile->meanings[i].words = (struct str){"", 0}; /* they are views of a name that goes away */
    for (size_t i = 0; i < name.word_count && profile->word_count < CLASS_WORDS_MAX; i++) {
        uint64_t code = word_code(name.words[i]);
        if (code != 0)
            profile->words[profile->word_count++] = code;
    }
}

static void add(struct scored *scored, int shared, size_t class, float value)
{
    scored->evidence[scored->evidence_count++] = (struct evidence){(uint16_t)shared, (uint16_t) class, value};
}

static int run_of(const struct memory_entry *entry)
{
    return entry->run <= 1 ? 0 : entry->run == 2 ? 1 : entry->run <= 4 ? 2 : entry->run <= 9 ? 3 : 4;
}

static void add_memory(const struct classifier *classifier, struct scored *scored)
{
    bool narrowest = true;
    for (int context = 0; context < CONTEXTS; context++) {
        const struct memory_entry *entry = memory_find(&classifier->memory, scored->contexts[context]);
        scored->memory[context] = entry;
        if (entry == NULL)
            continue;
        int place = (context * 2 + (narrowest ? 1 : 0)) * MEMORY_RUNS + run_of(entry);
        add(scored, SHARED_LAST + place, entry->last, 1.0f);
        for (size_t i = 0; i < entry->count; i++)
            add(scored, SHARED_RECENT + place, entry->class[i],
                classifier_log(1 + entry->recent[i] / MEMORY_COUNT));
        if (context <= CONTEXT_FIRST_WORD)
            narrowest = false;
    }
}

/* How much of what the text means is what the class means. A group and its leaf agree by half. */
static float agreement(const struct meaning *a, size_t a_count, const struct meaning *b, size_t b_count)
{
    float sum = 0;
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0; k < b_count; k++) {
            int x = (int)a[i].category, y = (int)b[k].category;
            float same = x == y                                                                   ? 1.0f
                         : default_categories[x].parent == y || default_categories[y].parent == x ? 0.5f
                                                                                                  : 0.0f;
            sum += same * a[i].share * b[k].share;
        }
    return sum;
}

/* Share of the class's name that stands in the text. */
static float name_in_text(const struct class_profile *class, const uint64_t *words, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < class->word_count; i++)
        for (size_t k = 0; k < count; k++)
            if (codes_match(class->words[i], words[k])) {
                found++;
                break;
            }
    return found == 0 ? 0.0f : (float)found / (float)class->word_count;
}

/* Remembers the two classes that the lexicon finds likeliest. */
struct meant {
    int class;
    float share, rival;
};

static void consider(struct meant *meant, size_t class, float share)
{
    if (share > meant->share) {
        meant->rival = meant->share;
        meant->share = share;
        meant->class = (int)class;
    } else if (share > meant->rival) {
        meant->rival = share;
    }
}

static void add_world(const struct classifier *classifier, struct scored *scored)
{
    const struct classifier_row *row = scored->row;
    bool is_new = scored->memory[CONTEXT_KEY] == NULL;
    uint64_t words[NORMALISE_WORDS_MAX];
    size_t word_count = 0;
    for (size_t i = 0; i < row->text->word_count; i++)
        if ((words[word_count] = word_code(row->text->words[i])) != 0)
            word_count++;
    struct meaning prior[LEXICON_MEANINGS_MAX], code[1];
    size_t prior_count = 0, code_count = 0;
    if (classifier->options.prior != NULL)
        prior_count = prior_read(classifier->options.prior, row->text, prior);
    int merchant = row->merchant_code == 0 ? -1 : lexicon_merchant_code(row->merchant_code);
    if (merchant >= 0)
        code[code_count++] = (struct meaning){(enum default_category)merchant, 1.0f, {"", 0}};

    struct meant meant = {CLASSIFIER_NONE, 0, 0};
    float all = classifier->total + FREQUENCY_PLUS * (float)scored->class_count;
    for (size_t k = 0; k < scored->class_count; k++) {
        size_t class = scored->classes[k];
        const struct class_profile *profile = &classifier->classes[class];
        const struct {
            int shared;
            float value;
        } found[] = {
            {SHARED_LEXICON + is_new,
             agreement(scored->meanings, scored->meaning_count, profile->meanings, profile->meaning_count)},
            {SHARED_NAME + is_new, name_in_text(profile, words, word_count)},
            {SHARED_PRIOR + is_new, agreement(prior, prior_count, profile->meanings, profile->meaning_count)},
            {SHARED_MERCHANT_CODE + is_new,
             agreement(code, code_count, profile->meanings, profile->meaning_count)},
            {SHARED_KIND, (profile->kind == CATEGORY_INCOME && row->amount_minor < 0) ||
                                  (profile->kind == CATEGORY_EXPENSE && row->amount_minor > 0)
                              ? -1.0f
                              : 0.0f},
        };
        consider(&meant, class, found[0].value);
        for (size_t i = 0; i < sizeof found / sizeof *found; i++)
            if (found[i].value != 0)
                add(scored, found[i].shared, class, found[i].value);
        add(scored, SHARED_FREQUENCY, class, classifier_log((profile->count + FREQUENCY_PLUS) / all));
    }
    if (meant.share >= MEANING_SHARE_MIN && meant.rival <= MEANING_RIVAL_MAX)
        scored->meant = meant.class;
}

static void softmax(struct scored *scored)
{
    scored->best = scored->classes[0];
    float sum = 0;
    for (size_t k = 1; k < scored->class_count; k++)
        if (scored->scores[scored->classes[k]] > scored->scores[scored->best])
            scored->best = scored->classes[k];
    float highest = scored->scores[scored->best];
    for (size_t k = 0; k < scored->class_count; k++) {
        uint16_t class = scored->classes[k];
        sum += scored->shares[class] = classifier_exp(scored->scores[class] - highest);
    }
    for (size_t k = 0; k < scored->class_count; k++)
        scored->shares[scored->classes[k]] /= sum;
}

/* A correction holds for the merchant's next row, whatever the model thinks, as long as the merchant had one
 * category only or the user's corrections have been holding. */
static void follow_correction(const struct classifier *classifier, struct scored *scored)
{
    const struct memory_entry *key = scored->memory[CONTEXT_KEY];
    if (key == NULL)
        return;
    bool holds = key->count == 1 || classifier->corrections_held >= CORRECTION_HELD_MIN;
    if (key->corrected && holds) {
        scored->best = key->last;
        scored->corrected = true;
    }
    if (key->last == scored->best && (key->count == 1 || scored->corrected))
        scored->trusted = key->run > 1 ? 2 : 1;
}

/* A default category that the user has not used yet and that a new merchant's words plainly mean. */
static void follow_meaning(const struct classifier *classifier, struct scored *scored)
{
    const struct class_profile *best = &classifier->classes[scored->best];
    if (scored->memory[CONTEXT_KEY] == NULL && scored->meant == scored->best && best->is_default &&
        best->labels == 0)
        scored->trusted = TRUSTED_MEANING;
}

/* Every class has labels: a new merchant may well belong to one that is not there yet, which the softmax
 * can't know. Classes without labels stand for those to come themselves. */
static bool is_all_labelled(const struct classifier *classifier, const struct scored *scored)
{
    for (size_t k = 0; k < scored->class_count; k++)
        if (classifier->classes[scored->classes[k]].labels == 0)
            return false;
    return true;
}

/* From the softmax to a confidence that means what it says: a logistic regression on what was seen to make
 * suggestions right or wrong (J. Platt, "Probabilistic Outputs for Support Vector Machines", 1999), learned
 * along with the rest. */
static void calibrate(const struct classifier *classifier, struct scored *scored)
{
    const struct memory_entry *key = scored->memory[CONTEXT_KEY], *exact = scored->memory[CONTEXT_KEY_AMOUNT];
    uint16_t best = (uint16_t)scored->best;
    float *x = scored->inputs, sum = 0;
    float accuracy = classifier->accuracy < 0.02f   ? 0.02f
                     : classifier->accuracy > 0.98f ? 0.98f
                                                    : classifier->accuracy;
    x[0] = 1;
    x[1] = classifier_logit(scored->shares[best]);
    x[2] = classifier_logit(accuracy);
    if (key != NULL) {
        x[3] = key->last == best ? classifier_log((float)key->run + 1) : 0;
        x[4] = key->count > 1;
        x[5] = classifier_logit(memory_share(key, best));
        x[6] = key->corrected && key->count > 1;
    } else {
        x[7] = 1;
    }
    x[8] = exact == NULL ? 0.0f : exact->last == best ? 1.0f : -1.0f;
    x[9] = classifier_log((float)classifier->labels + 1) - 4;
    for (int i = 0; i < CALIBRATION_INPUTS; i++)
        sum += classifier->calibration[i].value * x[i];
    scored->confidence = 1 / (1 + classifier_exp(-sum));
    if (key == NULL && is_all_labelled(classifier, scored))
        scored->confidence *= 1 - classifier->novelty;
    if (scored->trusted == TRUSTED_MEANING) {
        float trust = (classifier->meant_right + MEANING_TRUST_WEIGHT * MEANING_TRUST) /
                      (classifier->meant_outcomes + MEANING_TRUST_WEIGHT);
        if (trust >= MEANING_TRUST_MIN && trust > scored->confidence)
            scored->confidence = trust;
    } else if (scored->trusted > 0) {
        int seen = scored->trusted - 1;
        float trust = (classifier->trusted_right[seen] + MEMORY_TRUST_WEIGHT * MEMORY_TRUST) /
                      (classifier->trusted_outcomes[seen] + MEMORY_TRUST_WEIGHT);
        if (trust >= MEMORY_TRUST_MIN && trust > scored->confidence)
            scored->confidence = trust;
    }
}

static void read_meanings(const struct classifier *classifier, struct scored *scored)
{
    const struct normalised *text = scored->row->text;
    size_t size = text->means_size;
    memcpy(scored->text, text->means, size);
    if (size > 0)
        scored->text[size++] = ' ';
    memcpy(scored->text + size, text->text, text->text_size + 1);
    size += text->text_size;
    scored->meaning_count =
        lexicon_read(classifier->options.lexicon, (struct str){scored->text, size}, scored->meanings);
}

static void choose_classes(const struct classifier *classifier, int label, struct scored *scored)
{
    scored->class_count = 0;
    for (size_t class = 0; class < classifier->class_count; class ++)
        if (label == CLASSIFIER_NONE || (int)class == label || classifier->classes[class].labels > 0)
            scored->classes[scored->class_count++] = (uint16_t) class;
}

void classifier_score(const struct classifier *classifier, const struct classifier_row *row, int label,
                      struct scored *scored)
{
    scored->row = row;
    scored->evidence_count = 0;
    scored->trusted = 0;
    scored->meant = CLASSIFIER_NONE;
    scored->corrected = false;
    scored->confidence = 0;
    scored->best = CLASSIFIER_NONE;
    memset(scored->inputs, 0, sizeof scored->inputs);
    read_meanings(classifier, scored);
    scored->feature_count = features_of(row, scored->meanings, scored->meaning_count, scored->features);
    contexts_of(row, scored->meanings, scored->meaning_count, scored->contexts);
    choose_classes(classifier, label, scored);
    if (scored->class_count == 0)
        return;
    memset(scored->scores, 0, classifier->class_count * sizeof *scored->scores);
    weights_score(&classifier->weights, scored->features, scored->feature_count, scored->scores);
    add_memory(classifier, scored);
    add_world(classifier, scored);
    for (size_t i = 0; i < scored->evidence_count; i++) {
        const struct evidence *evidence = &scored->evidence[i];
        scored->scores[evidence->class] += classifier->shared[evidence->shared].value * evidence->value;
    }
    softmax(scored);
    follow_correction(classifier, scored);
    follow_meaning(classifier, scored);
    calibrate(classifier, scored);
}
