#include "finance/classifier_prior.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { LEVELS = 3, BUILDER_MAX = 1000000, ENTRY_BYTES = 13 };

/* One (words, category) pair and how many users stand behind it. */
struct entry {
    uint64_t hash; /* 0: free. Of the words alone: the entries of one text lie together */
    uint32_t users, last_user;
    uint8_t category;
};

struct prior_builder {
    struct entry *entries;
    size_t count, capacity;
};

struct prior {
    struct entry *entries; /* sorted by hash, then category */
    size_t count;
};

static uint64_t words_hash(char level, struct str words)
{
    uint64_t hash = hash_fnv1a(hash_fnv1a(HASH_FNV_START, &level, 1), words.data, words.size);
    return hash == 0 ? 1 : hash;
}

/* Key, first two words, first word; 0 where it would repeat the level before. */
static void levels_of(const struct normalised *text, uint64_t levels[LEVELS])
{
    struct str key = {text->key, text->key_size}, rest, second;
    struct str first = str_split(key, ' ', &rest);
    second = str_split(rest, ' ', &rest);
    levels[0] = key.size == 0 ? 0 : words_hash('k', key);
    levels[1] = rest.size == 0 ? 0 : words_hash('k', (struct str){key.data, first.size + 1 + second.size});
    levels[2] = second.size == 0 ? 0 : words_hash('f', first);
}

struct prior_builder *prior_builder_new(void)
{
    struct prior_builder *builder = malloc(sizeof *builder);
    if (builder == NULL)
        abort();
    *builder = (struct prior_builder){.capacity = 1024};
    builder->entries = calloc(builder->capacity, sizeof *builder->entries);
    if (builder->entries == NULL)
        abort();
    return builder;
}

void prior_builder_free(struct prior_builder *builder)
{
    if (builder != NULL)
        free(builder->entries);
    free(builder);
}

static struct entry *slot(struct entry *entries, size_t capacity, uint64_t hash, uint8_t category)
{
    size_t at = (size_t)((hash >> 20) + category * UINT64_C(0x9e3779b9)) & (capacity - 1);
    while (entries[at].hash != 0 && (entries[at].hash != hash || entries[at].category != category))
        at = (at + 1) & (capacity - 1);
    return &entries[at];
}

static void grow(struct prior_builder *builder)
{
    size_t capacity = builder->capacity * 2;
    struct entry *entries = calloc(capacity, sizeof *entries);
    if (entries == NULL)
        abort();
    for (size_t i = 0; i < builder->capacity; i++)
        if (builder->entries[i].hash != 0)
            *slot(entries, capacity, builder->entries[i].hash, builder->entries[i].category) =
                builder->entries[i];
    free(builder->entries);
    builder->entries = entries;
    builder->capacity = capacity;
}

void prior_builder_add(struct prior_builder *builder, uint32_t user, const struct normalised *text,
                       enum default_category category)
{
    uint64_t levels[LEVELS];
    levels_of(text, levels);
    for (int level = 0; level < LEVELS; level++) {
        if (levels[level] == 0)
            continue;
        if (builder->count * 3 > builder->capacity * 2)
            grow(builder);
        struct entry *entry = slot(builder->entries, builder->capacity, levels[level], (uint8_t)category);
        if (entry->hash == 0 && builder->count == BUILDER_MAX)
            continue;
        if (entry->hash == 0) {
            *entry = (struct entry){levels[level], 1, user, (uint8_t)category};
            builder->count++;
        } else if (entry->last_user != user) {
            entry->last_user = user;
            entry->users++;
        }
    }
}

static int by_hash(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash) : x->category - y->category;
}

/* A pair enters when enough users stand behind that very pair: what one user alone says of a word is nobody's
 * prior. */
struct prior *prior_build(const struct prior_builder *builder)
{
    struct prior *prior = malloc(sizeof *prior);
    if (prior == NULL || (prior->entries = calloc(builder->count + 1, sizeof *prior->entries)) == NULL)
        abort();
    prior->count = 0;
    for (size_t i = 0; i < builder->capacity; i++)
        if (builder->entries[i].users >= PRIOR_USERS_MIN)
            prior->entries[prior->count++] = builder->entries[i];
    qsort(prior->entries, prior->count, sizeof *prior->entries, by_hash);
    return prior;
}

void prior_free(struct prior *prior)
{
    if (prior != NULL)
        free(prior->entries);
    free(prior);
}

/* The first entry of the hash, or where it would stand. */
static size_t first_of(const struct prior *prior, uint64_t hash)
{
    size_t low = 0, high = prior->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (prior->entries[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t prior_read(const struct prior *prior, const struct normalised *text,
                  struct meaning meanings[LEXICON_MEANINGS_MAX])
{
    uint64_t levels[LEVELS];
    levels_of(text, levels);
    for (int level = 0; level < LEVELS; level++) {
        size_t first = levels[level] == 0 ? prior->count : first_of(prior, levels[level]), count = 0;
        float users = 1; /* one who disagrees is assumed */
        for (size_t i = first; i < prior->count && prior->entries[i].hash == levels[level]; i++)
            users += (float)prior->entries[i].users;
        for (size_t i = first;
             i < prior->count && prior->entries[i].hash == levels[level] && count < LEXICON_MEANINGS_MAX; i++)
            meanings[count++] = (struct meaning){(enum default_category)prior->entries[i].category,
                                                 (float)prior->entries[i].users / users, text->first};
        if (count > 0)
            return count;
    }
    return 0;
}

size_t prior_count(const struct prior *prior)
{
    return prior->count;
}

static uint64_t number_at(const char *bytes, int size)
{
    uint64_t number = 0;
    for (int i = size - 1; i >= 0; i--)
        number = number << 8 | (uint8_t)bytes[i];
    return number;
}

void prior_write(const struct prior *prior, struct buf *out)
{
    for (size_t i = 0; i < prior->count; i++) {
        char bytes[ENTRY_BYTES];
        for (int k = 0; k < 8; k++)
            bytes[k] = (char)(prior->entries[i].hash >> (8 * k));
        for (int k = 0; k < 4; k++)
            bytes[8 + k] = (char)(prior->entries[i].users >> (8 * k));
        bytes[12] = (char)prior->entries[i].category;
        buf_add(out, bytes, sizeof bytes);
    }
}

struct prior *prior_read_bytes(struct str bytes, struct err *err)
{
    if (bytes.size % ENTRY_BYTES != 0) {
        err_set(err, ERR_REJECT, "a stored prior of %zu bytes is not whole", bytes.size);
        return NULL;
    }
    struct prior *prior = malloc(sizeof *prior);
    if (prior == NULL ||
        (prior->entries = calloc(bytes.size / ENTRY_BYTES + 1, sizeof *prior->entries)) == NULL)
        abort();
    prior->count = 0;
    for (size_t at = 0; at < bytes.size; at += ENTRY_BYTES) {
        struct entry entry = {number_at(bytes.data + at, 8), (uint32_t)number_at(bytes.data + at + 8, 4), 0,
                              (uint8_t)bytes.data[at + 12]};
        if (entry.category < DEFAULT_CATEGORIES && entry.users > 0)
            prior->entries[prior->count++] = entry;
    }
    qsort(prior->entries, prior->count, sizeof *prior->entries, by_hash);
    return prior;
}
