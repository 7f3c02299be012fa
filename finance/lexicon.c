#include "finance/lexicon.h"

#include <stdlib.h>

#include "base/hash.h"
#include "finance/lexicon_words.h"

enum { PHRASE_WORDS_MAX = 4, PREFIX_MIN = 4, CUT_MIN = 3 };

/* A set of 64-bit hashes: two entries of the table that collide would be found by the test that reads every
 * word back. */
struct entry {
    uint64_t hash; /* 0: free */
    uint8_t category;
};

/* A single word of the table. */
struct whole_word {
    struct str word;
    uint8_t category;
};

struct lexicon {
    struct entry *entries;
    size_t mask;
    struct whole_word *words; /* sorted */
    size_t word_count;
};

static uint64_t entry_hash(struct str words, bool prefix)
{
    uint64_t hash = hash_fnv1a(HASH_FNV_START, words.data, words.size);
    hash = prefix ? hash_fnv1a(hash, "*", 1) : hash;
    return hash == 0 ? 1 : hash;
}

static struct entry *find(const struct lexicon *lexicon, uint64_t hash)
{
    size_t at = (size_t)(hash >> 24) & lexicon->mask;
    while (lexicon->entries[at].hash != 0 && lexicon->entries[at].hash != hash)
        at = (at + 1) & lexicon->mask;
    return &lexicon->entries[at];
}

/* Adds one word of the table; of two lines that name the same word the first wins. */
static void add(struct lexicon *lexicon, struct str word, enum default_category category)
{
    char phrase[NORMALISE_TEXT_SIZE];
    bool prefix = word.data[word.size - 1] == '*';
    size_t size = word.size - (prefix ? 1 : 0);
    for (size_t i = 0; i < size; i++)
        phrase[i] = word.data[i] == '_' ? ' ' : word.data[i];
    struct entry *entry = find(lexicon, entry_hash((struct str){phrase, size}, prefix));
    if (entry->hash == 0)
        *entry = (struct entry){entry_hash((struct str){phrase, size}, prefix), (uint8_t)category};
}

static int compare(struct str a, struct str b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int by_word(const void *a, const void *b)
{
    const struct whole_word *x = a, *y = b;
    int order = compare(x->word, y->word);
    return order != 0 ? order : x->category - y->category;
}

struct lexicon *lexicon_new(void)
{
    size_t words = 0, capacity = 64;
    for (size_t i = 0; i < lexicon_line_count; i++)
        for (const char *at = lexicon_lines[i].words; *at != '\0'; at++)
            words += *at == ' ' || at[1] == '\0';
    while (capacity < 2 * words)
        capacity *= 2;
    struct lexicon *lexicon = malloc(sizeof *lexicon);
    if (lexicon == NULL || (lexicon->entries = calloc(capacity, sizeof *lexicon->entries)) == NULL)
        abort();
    lexicon->mask = capacity - 1;
    lexicon->word_count = 0;
    lexicon->words = calloc(words + lexicon_line_count + 1, sizeof *lexicon->words);
    if (lexicon->words == NULL)
        abort();
    for (size_t i = 0; i < lexicon_line_count; i++)
        for (struct str rest = str_of(lexicon_lines[i].words); rest.size > 0;) {
            struct str word = str_split(rest, ' ', &rest);
            if (word.size == 0)
                continue;
            add(lexicon, word, lexicon_lines[i].category);
            struct str whole = {word.data, word.size - (word.data[word.size - 1] == '*' ? 1 : 0)};
            if (memchr(whole.data, '_', whole.size) == NULL)
                lexicon->words[lexicon->word_count++] =
                    (struct whole_word){whole, (uint8_t)lexicon_lines[i].category};
        }
    qsort(lexicon->words, lexicon->word_count, sizeof *lexicon->words, by_word);
    return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
    if (lexicon != NULL) {
        free(lexicon->entries);
        free(lexicon->words);
    }
    free(lexicon);
}

static int category_of_word(const struct lexicon *lexicon, struct str word)
{
    const struct entry *entry = find(lexicon, entry_hash(word, false));
    if (entry->hash != 0)
        return entry->category;
    if (word.size > PREFIX_MIN && word.data[word.size - 1] == 's') { /* a plural */
        entry = find(lexicon, entry_hash((struct str){word.data, word.size - 1}, false));
        if (entry->hash != 0)
            return entry->category;
    }
    for (size_t size = word.size; size >= PREFIX_MIN - 1; size--) {
        entry = find(lexicon, entry_hash((struct str){word.data, size}, true));
        if (entry->hash != 0)
            return entry->category;
    }
    return -1;
}

/* Banks cut long texts off. What the last word may have been before: the category of the words that begin
 * with it, if they agree, else -1. */
static int category_of_cut(const struct lexicon *lexicon, struct str cut)
{
    size_t low = 0, high = lexicon->word_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare(lexicon->words[middle].word, cut) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    int category = -1;
    for (; low < lexicon->word_count; low++) {
        const struct whole_word *word = &lexicon->words[low];
        if (word->word.size < cut.size || memcmp(word->word.data, cut.data, cut.size) != 0)
            break;
        if (category >= 0 && category != word->category)
            return -1;
        category = word->category;
    }
    return category;
}

/* The longest phrase that begins at `words` and is in the table: its category, and its number of words in
 * *length. */
static int category_at(const struct lexicon *lexicon, const struct str *words, size_t count, size_t *length)
{
    for (size_t n = count < PHRASE_WORDS_MAX ? count : PHRASE_WORDS_MAX; n > 1; n--) {
        struct str phrase = {words[0].data, (size_t)(words[n - 1].data + words[n - 1].size - words[0].data)};
        const struct entry *entry = find(lexicon, entry_hash(phrase, false));
        if (entry->hash != 0) {
            *length = n;
            return entry->category;
        }
    }
    *length = 1;
    return category_of_word(lexicon, words[0]);
}

size_t lexicon_read(const struct lexicon *lexicon, struct str text,
                    struct meaning meanings[LEXICON_MEANINGS_MAX])
{
    struct str words[NORMALISE_WORDS_MAX];
    size_t word_count = 0, count = 0;
    float total = 0;
    for (struct str rest = text; rest.size > 0 && word_count < NORMALISE_WORDS_MAX;)
        words[word_count++] = str_split(rest, ' ', &rest);
    for (size_t i = 0, length; i < word_count; i += length) {
        int category = category_at(lexicon, words + i, word_count - i, &length);
        bool cut = category < 0 && i > 0 && i + 1 == word_count && words[i].size >= CUT_MIN;
        if (cut)
            category = category_of_cut(lexicon, words[i]);
        if (category < 0)
            continue;
        /* A phrase is rarer than its words, so it says more; a group or a guess says less than a leaf. */
        float weight = (cut          ? 0.5f
                        : length > 1 ? 2.0f
                                     : 1.0f) *
                       (default_categories[category].parent < 0 ? 0.5f : 1.0f);
        struct str found = {
            words[i].data, (size_t)(words[i + length - 1].data + words[i + length - 1].size - words[i].data)};
        total += weight;
        size_t at = 0;
        while (at < count && (int)meanings[at].category != category)
            at++;
        if (at < count)
            meanings[at].share += weight;
        else if (count < LEXICON_MEANINGS_MAX)
            meanings[count++] = (struct meaning){(enum default_category)category, weight, found};
    }
    for (size_t i = 0; i < count; i++)
        meanings[i].share /= total;
    return count;
}

int lexicon_merchant_code(int code)
{
    size_t low = 0, high = merchant_range_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > merchant_ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < merchant_range_count && code >= merchant_ranges[low].first
               ? (int)merchant_ranges[low].category
               : -1;
}
