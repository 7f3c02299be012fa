#include "api/token_cache.h"

#include <stdlib.h>
#include <string.h>

struct slot {
    uint8_t digest[HASH_SIZE];
    struct token_claims claims;
    struct slot *chain; /* of one bucket */
    struct slot *older, *newer;
};

struct token_cache {
    size_t capacity, count, bucket_count;
    struct slot *oldest, *newest;
    struct slot **buckets;
    struct slot slots[];
};

struct token_cache *token_cache_new(size_t capacity)
{
    struct token_cache *cache = calloc(1, sizeof *cache + capacity * sizeof *cache->slots);
    if (cache == NULL)
        abort();
    cache->capacity = capacity;
    cache->bucket_count = capacity * 2;
    cache->buckets = calloc(cache->bucket_count, sizeof(struct slot *));
    if (cache->buckets == NULL)
        abort();
    return cache;
}

void token_cache_free(struct token_cache *cache)
{
    free(cache->buckets);
    free(cache);
}

/* A digest is as good as random already. */
static struct slot **bucket_of(struct token_cache *cache, const uint8_t digest[HASH_SIZE])
{
    uint64_t number;
    memcpy(&number, digest, sizeof number);
    return &cache->buckets[number % cache->bucket_count];
}

static void unlink_age(struct token_cache *cache, struct slot *slot)
{
    *(slot->older == NULL ? &cache->oldest : &slot->older->newer) = slot->newer;
    *(slot->newer == NULL ? &cache->newest : &slot->newer->older) = slot->older;
}

static void make_newest(struct token_cache *cache, struct slot *slot)
{
    slot->newer = NULL;
    slot->older = cache->newest;
    *(cache->newest == NULL ? &cache->oldest : &cache->newest->newer) = slot;
    cache->newest = slot;
}

static struct slot *find(struct token_cache *cache, const uint8_t digest[HASH_SIZE])
{
    struct slot *slot = *bucket_of(cache, digest);
    while (slot != NULL && memcmp(slot->digest, digest, HASH_SIZE) != 0)
        slot = slot->chain;
    return slot;
}

const struct token_claims *token_cache_find(struct token_cache *cache, const uint8_t digest[HASH_SIZE])
{
    struct slot *slot = find(cache, digest);
    if (slot == NULL)
        return NULL;
    unlink_age(cache, slot);
    make_newest(cache, slot);
    return &slot->claims;
}

static struct slot *take_oldest(struct token_cache *cache)
{
    struct slot *slot = cache->oldest, **place = bucket_of(cache, slot->digest);
    while (*place != slot)
        place = &(*place)->chain;
    *place = slot->chain;
    unlink_age(cache, slot);
    return slot;
}

void token_cache_add(struct token_cache *cache, const uint8_t digest[HASH_SIZE],
                     const struct token_claims *claims)
{
    if (find(cache, digest) != NULL)
        return;
    struct slot *slot = cache->count < cache->capacity ? &cache->slots[cache->count++] : take_oldest(cache);
    struct slot **bucket = bucket_of(cache, digest);
    memcpy(slot->digest, digest, HASH_SIZE);
    slot->claims = *claims;
    slot->chain = *bucket;
    *bucket = slot;
    make_newest(cache, slot);
}
