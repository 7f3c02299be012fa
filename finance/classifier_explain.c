/* Why a class got its place: the pieces of its score less those of its strongest rival, put into words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finance/classifier_model.h"

/* Pieces below this say nothing a person would want to read. */
#define REASON_MIN 0.05f

enum { PIECES_MAX = FEATURES_MAX + CONTEXTS + 8 };

struct pieces {
    struct classifier_reason list[PIECES_MAX];
    size_t count;
};

/* Adds the weight to the piece of that kind and text, made when there is none. */
static void add(struct pieces *pieces, const char *kind, const char *text, float weight)
{
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->list[i].kind == kind && strcmp(pieces->list[i].text, text) == 0) {
            pieces->list[i].weight += weight;
            return;
        }
    if (pieces->count == PIECES_MAX)
        return;
    struct classifier_reason *piece = &pieces->list[pieces->count++];
    piece->kind = kind;
    piece->weight = weight;
    snprintf(piece->text, sizeof piece->text, "%s", text);
}

/* Cuts at a character's border, so that the text stays UTF-8. */
static int shown_size(struct str words)
{
    size_t size = words.size < 80 ? words.size : 80;
    while (size > 0 && size < words.size && ((unsigned char)words.data[size] & 0xc0) == 0x80)
        size--;
    return (int)size;
}

static void add_features(const struct classifier *classifier, const struct scored *scored, int class,
                         int rival, struct pieces *pieces)
{
    static const char *const kinds[FEATURE_KINDS] = {
        [FEATURE_BIAS] = "habit",    [FEATURE_WORD] = "words",      [FEATURE_CHARS] = "words",
        [FEATURE_KEY] = "merchant",  [FEATURE_AMOUNT] = "amount",   [FEATURE_DATE] = "date",
        [FEATURE_SIGN] = "merchant", [FEATURE_MEANING] = "meaning",
    };
    for (size_t i = 0; i < scored->feature_count; i++) {
        const struct feature *feature = &scored->features[i];
        float weight = weights_of(&classifier->weights, feature, (uint16_t) class);
        if (rival >= 0)
            weight -= weights_of(&classifier->weights, feature, (uint16_t)rival);
        char text[sizeof pieces->list->text];
        struct str words = feature->words;
        switch ((enum feature_kind)feature->kind) {
        case FEATURE_BIAS:
            snprintf(text, sizeof text, "you use this category often");
            break;
        case FEATURE_AMOUNT:
            snprintf(text, sizeof text, "the amount");
            break;
        case FEATURE_DATE:
            snprintf(text, sizeof text, "the day of the month or week");
            break;
        case FEATURE_MEANING:
            snprintf(text, sizeof text, "what you did with such merchants before");
            break;
        case FEATURE_CHARS: /* told of the whole word, whose other parts say the same */
            for (size_t k = 0; k < scored->row->text->word_count; k++)
                if (words.data >= scored->row->text->words[k].data &&
                    words.data <= scored->row->text->words[k].data + scored->row->text->words[k].size)
                    words = scored->row->text->words[k];
            snprintf(text, sizeof text, "“%.*s” in the text", shown_size(words), words.data);
            break;
        default:
            if (words.size == 0)
                continue;
            snprintf(text, sizeof text, "“%.*s” in the text", shown_size(words), words.data);
        }
        add(pieces, kinds[feature->kind], text, weight * feature->value);
    }
}

static void memory_text(const struct scored *scored, enum context context, int class, char *text, size_t size)
{
    const struct normalised *row = scored->row->text;
    const struct memory_entry *entry = scored->memory[context];
    struct str key = {row->key, row->key_size}, shown = key;
    const char *amount = context == CONTEXT_KEY_AMOUNT ? " with this amount"
                         : context == CONTEXT_KEY_SIZE ? " with such an amount"
                                                       : "";
    if (context == CONTEXT_FIRST_WORD)
        shown = row->first;
    else if (context == CONTEXT_MEANS)
        shown = row->means_size > 0 ? (struct str){row->means, row->means_size} : STR("payments like this");
    else if (context == CONTEXT_AMOUNT)
        shown = STR("this exact amount");
    else if (context == CONTEXT_MEANING)
        shown = STR("merchants of this kind");
    else if (context == CONTEXT_TEXT)
        shown = (struct str){row->text, row->text_size};
    if (entry->last == class && entry->run > 1)
        snprintf(text, size, "the last %d of “%.*s”%s were in this category", entry->run, shown_size(shown),
                 shown.data, amount);
    else if (entry->last == class)
        snprintf(text, size, "the last “%.*s”%s was in this category", shown_size(shown), shown.data, amount);
    else
        snprintf(text, size, "“%.*s”%s was in this category before", shown_size(shown), shown.data, amount);
}

/* Which context a shared weight of memory belongs to, -1 for another. */
static int context_of(int shared)
{
    if (shared >= SHARED_LAST && shared < SHARED_LAST + MEMORY_SHARED)
        return (shared - SHARED_LAST) / (2 * MEMORY_RUNS);
    if (shared >= SHARED_RECENT && shared < SHARED_RECENT + MEMORY_SHARED)
        return (shared - SHARED_RECENT) / (2 * MEMORY_RUNS);
    return -1;
}

static void add_evidence(const struct classifier *classifier, const struct scored *scored, int class,
                         int rival, struct pieces *pieces)
{
    float memory[CONTEXTS] = {0};
    for (size_t i = 0; i < scored->evidence_count; i++) {
        const struct evidence *evidence = &scored->evidence[i];
        if (evidence->class != class && evidence->class != rival)
            continue;
        float weight = classifier->shared[evidence->shared].value * evidence->value;
        weight = evidence->class == class ? weight : -weight;
        int context = context_of(evidence->shared);
        if (context >= 0)
            memory[context] += weight;
        else if (evidence->shared == SHARED_FREQUENCY)
            add(pieces, "habit", "you use this category often", weight);
        else if (evidence->shared == SHARED_KIND)
            add(pieces, "amount", "money in or out fits the category", weight);
        else if (evidence->shared >= SHARED_MERCHANT_CODE)
            add(pieces, "meaning", "the merchant code", weight);
        else if (evidence->shared >= SHARED_PRIOR)
            add(pieces, "prior", "where others put this merchant", weight);
        else if (evidence->shared >= SHARED_NAME)
            add(pieces, "name", "the category's name stands in the text", weight);
        else
            add(pieces, "meaning", "what the words of the text mean", weight);
    }
    for (int context = 0; context < CONTEXTS; context++)
        if (scored->memory[context] != NULL) {
            char text[sizeof pieces->list->text];
            memory_text(scored, (enum context)context, class, text, sizeof text);
            add(pieces, "memory", text, memory[context]);
        }
}

static int by_weight(const void *a, const void *b)
{
    const struct classifier_reason *x = a, *y = b;
    float u = x->weight < 0 ? -x->weight : x->weight, v = y->weight < 0 ? -y->weight : y->weight;
    return (u < v) - (u > v);
}

size_t classifier_explain(const struct classifier *classifier, const struct classifier_row *row, int class,
                          struct classifier_reason reasons[CLASSIFIER_REASONS_MAX])
{
    struct scored scored;
    struct pieces pieces = {.count = 0};
    int rival = CLASSIFIER_NONE;
    classifier_score(classifier, row, CLASSIFIER_NONE, &scored);
    if (class < 0 || (size_t) class >= classifier->class_count)
        return 0;
    for (size_t k = 0; k < scored.class_count; k++) {
        int other = scored.classes[k];
        if (other != class && (rival == CLASSIFIER_NONE || scored.shares[other] > scored.shares[rival]))
            rival = other;
    }
    if (scored.corrected && scored.best == class)
        add(&pieces, "memory", "you corrected this merchant to this category", 10.0f);
    add_features(classifier, &scored, class, rival, &pieces);
    add_evidence(classifier, &scored, class, rival, &pieces);
    qsort(pieces.list, pieces.count, sizeof *pieces.list, by_weight);
    size_t count = 0;
    while (
        count < pieces.count && count < CLASSIFIER_REASONS_MAX &&
        (count == 0 || pieces.list[count].weight > REASON_MIN || pieces.list[count].weight < -REASON_MIN)) {
        reasons[count] = pieces.list[count];
        count++;
    }
    return count;
}
