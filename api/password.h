#ifndef API_PASSWORD_H
#define API_PASSWORD_H

/* Passwords under argon2id (RFC 9106: 19 MiB, t = 2, the second of its recommendations for servers short of
 * memory): 23 ms of a core each, so off the loop, at most one a core at a time, and only so many in line. */

#include "api/request.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 200 }; /* characters */

struct passwords;

struct passwords *passwords_new(struct api *api);
void passwords_free(struct passwords *passwords);
int64_t passwords_waiting(const struct passwords *passwords);

/* done gets the hash's text, in the request's arena. When the line is too long 503 is answered and done not
 * called. */
void password_hash(struct request *request, const char *password,
                   void (*done)(struct request *request, const char *hash));

/* done gets whether the password is the hash's. hash NULL: the same work for nothing, then false. */
void password_verify(struct request *request, const char *hash, const char *password,
                     void (*done)(struct request *request, bool is_right));

#endif
