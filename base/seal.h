#ifndef BASE_SEAL_H
#define BASE_SEAL_H

/*
 * Things only this house may read: a mailed code inside a job's envelope, a kept reply. libsodium's secretbox
 * (XSalsa20-Poly1305) under a random nonce, in base64url. The key is one file, `secret.key`, 32 random bytes
 * of mode 0600, that all programs of an instance share; every other secret key of the instance is derived
 * from it.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Purposes that two rooms share. */
#define SEAL_MAILED_CODE    "mailed code"    /* in the args of send_registration_code */
#define SEAL_WEBHOOK_SECRET "webhook secret" /* in table notification */

struct seal_key {
    uint8_t bytes[32];
};

/* Reads folder/secret.key. ERR_REJECT when it is missing, of another size, or readable by others. */
int seal_load(const char *folder, struct seal_key *key, struct err *err) MUST_CHECK;

/* Makes folder/secret.key unless it exists; the folder must. */
int seal_make(const char *folder, struct err *err) MUST_CHECK;

/* A key for one purpose (keyed BLAKE2b of its name), so that no two uses share one. */
struct seal_key seal_derive(const struct seal_key *key, const char *purpose);

/* Base64url text of nonce and box, in the arena. */
char *seal_close(struct arena *arena, const struct seal_key *key, struct str plain);

/* The plain bytes, in the arena and NUL-terminated. ERR_REJECT for anything that this key did not seal. */
int seal_open(struct arena *arena, const struct seal_key *key, struct str sealed, struct str *plain,
              struct err *err) MUST_CHECK;

#endif
