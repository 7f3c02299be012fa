#ifndef API_TOKEN_H
#define API_TOKEN_H

/*
 * Access tokens: JWTs (RFC 7519) signed with ES256, libjwt's signatures and our own judgement of everything
 * else. The algorithm is pinned before libjwt sees a key, since it would take an HS256 token signed with our
 * public key; exp, iss, aud and the rest are checked here, since it checks none. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/signing.h"

struct token_rules {
    const struct signing_keys *keys;
    const char *issuer, *audience;
};

struct token_claims {
    struct id user, session, jti;
    int64_t issued_s, expires_s; /* seconds since 1970 */
};

enum token_verdict {
    TOKEN_GOOD,
    TOKEN_MALFORMED, /* not a JWT */
    TOKEN_FORGED,    /* one, but not one that we made: algorithm, key, signature or claims */
    TOKEN_EXPIRED,
};

enum { TOKEN_MAX_BYTES = 2048 };

/* The text of a token, in the arena. NULL when libjwt fails, which is a bug. */
const char *token_mint(struct arena *arena, const struct token_rules *rules,
                       const struct token_claims *claims, const char *role);

/* Judges a token. Costs 0.8 ms (bench/api): keep what was judged good. claims is filled when the verdict is
 * good. */
enum token_verdict token_verify(struct arena *arena, const struct token_rules *rules, struct str text,
                                int64_t now_ms, struct token_claims *claims);

#endif
