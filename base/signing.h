#ifndef BASE_SIGNING_H
#define BASE_SIGNING_H

/*
 * The ES256 key (ECDSA on P-256, RFC 7518 §3.4) that access tokens are signed with: folder/es256.pem, mode
 * 0600. During a change of keys folder/es256.old.pem may hold the former one: its tokens are still taken,
 * none are signed with it. Only this module touches libcrypto; tokens themselves are api/token.
 */

#include <stdbool.h>

#include "base/err.h"

enum { SIGNING_PEM_MAX = 1024, SIGNING_TEXT_SIZE = 44 }; /* 32 bytes in base64url and a NUL */

struct signing_key {
    char private_pem[SIGNING_PEM_MAX], public_pem[SIGNING_PEM_MAX];
    char kid[SIGNING_TEXT_SIZE];                     /* JWK thumbprint (RFC 7638) */
    char x[SIGNING_TEXT_SIZE], y[SIGNING_TEXT_SIZE]; /* JWK coordinates (RFC 7518 §6.2.1) */
};

struct signing_keys {
    struct signing_key current, old;
    bool has_old;
};

/* Reads the folder's keys. ERR_REJECT when es256.pem is missing, readable by others, or no P-256 private key.
 */
int signing_load(const char *folder, struct signing_keys *keys, struct err *err) MUST_CHECK;

/* Makes the folder (mode 0700), its es256.pem and its secret.key (base/seal.h), each unless it exists. */
int signing_make(const char *folder, struct err *err) MUST_CHECK;

#endif
