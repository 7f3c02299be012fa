#ifndef API_SECRETS_H
#define API_SECRETS_H

/* Texts that open doors: mailed codes, registration tokens, refresh tokens. All from libsodium's generator;
 * stored as keyed hashes only, each kind under a key of its own. */

#include <stdbool.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/seal.h"

enum { SECRET_CODE_SIZE = 7, SECRET_TOKEN_SIZE = 44 }; /* with their NUL */

enum secret_kind { SECRET_CODE, SECRET_REGISTRATION, SECRET_REFRESH };

/* 6 characters of A–Z and 2–9 without I, L, O and U, which people misread: 30^6, 729 million. */
void secret_new_code(char code[SECRET_CODE_SIZE]);

/* 32 random bytes in base64url. */
void secret_new_token(char token[SECRET_TOKEN_SIZE]);

/* Whether a text can be such a token at all. */
bool secret_is_token(const char *text);

/* What is stored. context: what the secret belongs to, so that one person's code is not another's ("" for
 * tokens). */
void secret_hash(const struct seal_key *key, enum secret_kind kind, const char *context, const char *secret,
                 uint8_t digest[HASH_SIZE]);

/* A code as people type it: upper case, without spaces and dashes. NULL when it can't be one. */
const char *secret_read_code(struct arena *arena, const char *text);

#endif
