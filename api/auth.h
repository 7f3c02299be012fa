#ifndef API_AUTH_H
#define API_AUTH_H

/*
 * Who asks. The token of a request is judged once and remembered (token_cache); whether its session still
 * lives is asked of PostgreSQL each time, in one statement for all requests of a turn of the loop, so that a
 * logout counts at once in every process.
 */

#include "api/request.h"
#include "api/token.h"

struct auth;

/* keys: live as long as auth. */
struct auth *auth_new(struct api *api, const struct signing_keys *keys);
void auth_close(struct auth *auth);

/* Fills user, session and is_admin and calls next, or answers 401, 403 or 503. */
void auth_check(struct request *request, void (*next)(struct request *request));

/* The rules to mint by. */
const struct token_rules *auth_rules(const struct auth *auth);

#endif
