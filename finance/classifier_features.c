#include "finance/classifier_features.h"

#include "base/hash.h"
#include "finance/date.h"

/* The L2 length of each kind, and the choice of kinds: bench/classifier over four sets, one choice for all.
 */
static const float kind_length[FEATURE_KINDS] = {
    [FEATURE_BIAS] = 0.7f,   [FEATURE_WORD] = 1.7f, [FEATURE_CHARS] = 0.35f, [FEATURE_KEY] = 0.5f,
    [FEATURE_AMOUNT] = 0.5f, [FEATURE_DATE] = 0.3f, [FEATURE_SIGN] = 0.5f,   [FEATURE_MEANING] = 2.0f,
};

struct list {
    struct feature *features;
    size_t count;
};

static void add(struct list *list, enum feature_kind kind, uint64_t hash, struct str words)
{
    if (list->count == FEATURES_MAX)
        return;
    /* The high bits of FNV-1a are better mixed than the low ones. */
    uint16_t bucket = (uint16_t)((hash >> 32) ^ (hash >> 48) ^ hash);
    list->features[list->count++] = (struct feature){bucket, (uint8_t)kind, 1.0f, words};
}

static uint64_t tagged(const char tag, struct str text)
{
    return hash_fnv1a(hash_fnv1a(HASH_FNV_START, &tag, 1), text.data, text.size);
}

static void add_text(struct list *list, enum feature_kind kind, char tag, struct str text)
{
    if (text.size > 0)
        add(list, kind, tagged(tag, text), text);
}

/* Byte by byte, so that the hash is the same whatever the machine's byte order. */
static uint64_t hash_number(uint64_t hash, int64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)number >> (8 * i));
    return hash_fnv1a(hash, bytes, sizeof bytes);
}

static void add_number(struct list *list, enum feature_kind kind, char tag, int64_t number)
{
    add(list, kind, hash_number(tagged(tag, (struct str){"", 0}), number), (struct str){"", 0});
}

static void add_words(struct list *list, const struct normalised *text)
{
    for (size_t i = 0; i < text->word_count; i++) {
        struct str word = text->words[i];
        add_text(list, FEATURE_WORD, 'w', word);
        if (i + 1 < text->word_count) {
            const struct str *next = &text->words[i + 1];
            add_text(list, FEATURE_WORD, 'p',
                     (struct str){word.data, (size_t)(next->data + next->size - word.data)});
        }
    }
}

static void add_chars(struct list *list, const struct normalised *text)
{
    for (size_t i = 0; i < text->word_count; i++) {
        char marked[NORMALISE_TEXT_SIZE + 2];
        struct str word = text->words[i];
        if (word.size < 3)
            continue;
        marked[0] = '<';
        memcpy(marked + 1, word.data, word.size);
        marked[word.size + 1] = '>';
        for (size_t at = 0; at + 3 <= word.size + 2; at++) {
            uint64_t hash = tagged('c', (struct str){marked + at, 2});
            for (size_t length = 3; length <= 5 && at + length <= word.size + 2; length++) {
                hash = hash_fnv1a(hash, marked + at + length - 1, 1);
                size_t from = at == 0 ? 0 : at - 1;
                size_t to = at + length - 1 < word.size ? at + length - 1 : word.size;
                add(list, FEATURE_CHARS, hash, (struct str){word.data + from, to - from});
            }
        }
    }
}

static uint64_t size_of(int64_t amount)
{
    return amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
}

/* Number of binary digits: 0 for 0. */
static int digits_of(uint64_t size)
{
    return size == 0 ? 0 : 64 - __builtin_clzll(size);
}

/* Twice the binary logarithm, in whole numbers. */
static int log2_halves(int64_t amount)
{
    uint64_t size = size_of(amount);
    int whole = digits_of(size);
    return 2 * whole + (whole >= 2 ? (int)(size >> (whole - 2) & 1) : 0);
}

static void add_amount(struct list *list, const struct classifier_row *row)
{
    int64_t amount = row->amount_minor, unit = 1;
    for (int i = 0; i < row->exponent; i++)
        unit *= 10;
    int sign = (amount > 0) - (amount < 0), halves = log2_halves(amount);
    add_number(list, FEATURE_AMOUNT, 's', sign);
    add_number(list, FEATURE_AMOUNT, 'b', sign * (halves / 2));
    add_number(list, FEATURE_AMOUNT, 'h', sign * halves);
    add_number(list, FEATURE_AMOUNT, 'e', amount);
    int round = amount % (100 * unit) == 0 ? 3 : amount % (10 * unit) == 0 ? 2 : amount % unit == 0;
    add_number(list, FEATURE_AMOUNT, 'r', round);
    add_number(list, FEATURE_AMOUNT, 't', amount % unit);
}

static void scale(struct list *list)
{
    float counts[FEATURE_KINDS] = {0};
    for (size_t i = 0; i < list->count; i++)
        counts[list->features[i].kind] += 1.0f;
    float factor[FEATURE_KINDS];
    for (int kind = 0; kind < FEATURE_KINDS; kind++)
        factor[kind] = counts[kind] > 0 ? kind_length[kind] / __builtin_sqrtf(counts[kind]) : 0;
    for (size_t i = 0; i < list->count; i++)
        list->features[i].value = factor[list->features[i].kind];
}

size_t features_of(const struct classifier_row *row, const struct meaning *meanings, size_t meaning_count,
                   struct feature features[FEATURES_MAX])
{
    struct list list = {features, 0};
    const struct normalised *text = row->text;
    char sign = row->amount_minor < 0 ? '-' : '+';
    int year, month, day;
    date_to_civil(row->date, &year, &month, &day);

    add_number(&list, FEATURE_BIAS, 'B', 0);
    add_text(&list, FEATURE_KEY, 'k', (struct str){text->key, text->key_size});
    uint64_t key = tagged('m', (struct str){text->means, text->means_size});
    add(&list, FEATURE_KEY, hash_fnv1a(key, text->key, text->key_size),
        (struct str){text->key, text->key_size});
    add_amount(&list, row);
    add_number(&list, FEATURE_DATE, 'd', (day - 1) / 5);
    add_number(&list, FEATURE_DATE, 'y', date_weekday(row->date));
    add_text(&list, FEATURE_SIGN, sign, text->first);
    add(&list, FEATURE_SIGN, hash_fnv1a(key, &sign, 1), (struct str){text->means, text->means_size});
    for (size_t i = 0; i < meaning_count; i++)
        add_number(&list, FEATURE_MEANING, 'M', meanings[i].category);
    if (row->merchant_code != 0)
        add_number(&list, FEATURE_MEANING, 'C', row->merchant_code);
    add_words(&list, text);
    add_chars(&list, text);
    scale(&list);
    return list.count;
}

static uint64_t context(char tag, struct str text, int64_t number)
{
    uint64_t hash = hash_number(tagged(tag, text), number);
    return hash == 0 ? 1 : hash;
}

/* The first two words of the key, or all of it. */
static struct str two_words(struct str key)
{
    struct str rest, second;
    struct str first = str_split(key, ' ', &rest);
    second = str_split(rest, ' ', &rest);
    return second.size == 0 ? first : (struct str){key.data, first.size + 1 + second.size};
}

void contexts_of(const struct classifier_row *row, const struct meaning *meanings, size_t meaning_count,
                 uint64_t contexts[CONTEXTS])
{
    const struct normalised *text = row->text;
    struct str key = {text->key, text->key_size}, none = {"", 0};
    int sign = row->amount_minor < 0 ? -1 : 1;
    size_t best = 0;
    for (size_t i = 1; i < meaning_count; i++)
        if (meanings[i].share > meanings[best].share)
            best = i;
    contexts[CONTEXT_KEY_AMOUNT] = context('0', key, row->amount_minor);
    contexts[CONTEXT_KEY_SIZE] = context('1', key, sign * (digits_of(size_of(row->amount_minor)) + 1));
    contexts[CONTEXT_KEY] = context('2', key, sign);
    contexts[CONTEXT_TWO_WORDS] = context('3', two_words(key), sign);
    contexts[CONTEXT_FIRST_WORD] = context('4', text->first, sign);
    contexts[CONTEXT_TEXT] = context('5', (struct str){text->text, text->text_size}, 0);
    contexts[CONTEXT_AMOUNT] = context('6', none, row->amount_minor);
    contexts[CONTEXT_MEANS] = context('7', (struct str){text->means, text->means_size}, sign);
    contexts[CONTEXT_MEANING] =
        meaning_count == 0 ? 0 : context('8', none, sign * ((int)meanings[best].category + 1));
}
