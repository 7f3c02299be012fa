#include "api/tries.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 65536 };

struct place {
    int64_t started_ms; /* of the window */
    int64_t count;
};

struct tries {
    int64_t max, window_ms;
    uint8_t key[crypto_shorthash_KEYBYTES];
    struct place places[PLACES];
};

struct tries *tries_new(int64_t max, int64_t window_ms)
{
    struct tries *tries = calloc(1, sizeof *tries);
    if (tries == NULL)
        abort();
    tries->max = max;
    tries->window_ms = window_ms;
    crypto_shorthash_keygen(tries->key);
    return tries;
}

void tries_free(struct tries *tries)
{
    free(tries);
}

static size_t place_of(const struct tries *tries, const char *name)
{
    uint64_t number;
    uint8_t digest[crypto_shorthash_BYTES];
    crypto_shorthash(digest, (const uint8_t *)name, strlen(name), tries->key);
    memcpy(&number, digest, sizeof number);
    return number % PLACES;
}

int64_t tries_wait_ms(const struct tries *tries, const char *name, int64_t now_ms)
{
    const struct place *place = &tries->places[place_of(tries, name)];
    int64_t left = place->started_ms + tries->window_ms - now_ms;
    return place->count >= tries->max && left > 0 && left <= tries->window_ms ? left : 0;
}

void tries_add(struct tries *tries, const char *name, int64_t now_ms)
{
    struct place *place = &tries->places[place_of(tries, name)];
    if (now_ms - place->started_ms >= tries->window_ms || now_ms < place->started_ms)
        *place = (struct place){now_ms, 0};
    place->count++;
}

void tries_forget(struct tries *tries, const char *name)
{
    tries->places[place_of(tries, name)] = (struct place){0, 0};
}
