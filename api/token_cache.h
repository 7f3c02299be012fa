#ifndef API_TOKEN_CACHE_H
#define API_TOKEN_CACHE_H

/* Tokens that were judged good, by the SHA-256 of their text: a bounded table, the least lately used leaves
 * first. What it says is only that the text is ours; whether it has expired or its session was ended is asked
 * each time. */

#include "api/token.h"
#include "base/hash.h"

struct token_cache;

struct token_cache *token_cache_new(size_t capacity);
void token_cache_free(struct token_cache *cache);

/* NULL when it is not there. Valid until the next add. */
const struct token_claims *token_cache_find(struct token_cache *cache, const uint8_t digest[HASH_SIZE]);

void token_cache_add(struct token_cache *cache, const uint8_t digest[HASH_SIZE],
                     const struct token_claims *claims);

#endif
