#include "base/hash.h"

#include <sodium.h>

void hash_sha256(const void *data, size_t size, uint8_t digest[HASH_SIZE])
{
    crypto_hash_sha256(digest, data, size);
}

void hash_keyed(const uint8_t key[HASH_SIZE], const void *data, size_t size, uint8_t digest[HASH_SIZE])
{
    crypto_generichash(digest, HASH_SIZE, data, size, key, HASH_SIZE);
}

uint64_t hash_fnv1a(uint64_t seed, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        seed = (seed ^ bytes[i]) * UINT64_C(0x100000001b3);
    return seed;
}

void hash_hex(const uint8_t *data, size_t size, char *text)
{
    sodium_bin2hex(text, 2 * size + 1, data, size);
}
