#ifndef BASE_HASH_H
#define BASE_HASH_H

/* Digests and their text forms. SHA-256 and BLAKE2b are libsodium's. */

#include <stddef.h>
#include <stdint.h>

enum { HASH_SIZE = 32, HASH_HEX_SIZE = 65 };

/* SHA-256 (FIPS 180-4). */
void hash_sha256(const void *data, size_t size, uint8_t digest[HASH_SIZE]);

/* Keyed BLAKE2b-256 (RFC 7693): what is stored of a code or a token. */
void hash_keyed(const uint8_t key[HASH_SIZE], const void *data, size_t size, uint8_t digest[HASH_SIZE]);

/* FNV-1a, 64 bits; `seed` is a former result or HASH_FNV_START. Not for anything an enemy may choose. */
#define HASH_FNV_START UINT64_C(0xcbf29ce484222325)
uint64_t hash_fnv1a(uint64_t seed, const void *data, size_t size);

/* Lower-case hex of `size` bytes and a NUL: text holds 2 * size + 1. */
void hash_hex(const uint8_t *data, size_t size, char *text);

#endif
