#ifndef API_KNOWN_ACCOUNTS_H
#define API_KNOWN_ACCOUNTS_H

/* Whose an account is and in which currency: neither ever changes, so it is remembered. That an account still
 * exists is checked where it matters. A table of fixed size; a newcomer takes the place of whoever had it. */

#include "base/id.h"
#include "finance/money.h"

struct known_accounts;

struct known_accounts *known_accounts_new(void);
void known_accounts_free(struct known_accounts *known);

/* The currency of an account of this user's; NULL when it is not known here. */
const struct currency *known_accounts_find(const struct known_accounts *known, const struct id *account,
                                           const struct id *user);
void known_accounts_add(struct known_accounts *known, const struct id *account, const struct id *user,
                        const struct currency *currency);

#endif
