#include "api/known_accounts.h"

#include <stdlib.h>

#include "base/hash.h"

enum { PLACES = 65536 };

struct known_accounts {
    struct place {
        struct id account, user;
        const struct currency *currency; /* NULL: empty */
    } places[PLACES];
};

struct known_accounts *known_accounts_new(void)
{
    struct known_accounts *known = calloc(1, sizeof *known);
    if (known == NULL)
        abort();
    return known;
}

void known_accounts_free(struct known_accounts *known)
{
    free(known);
}

static size_t place_of(const struct id *account)
{
    return hash_fnv1a(HASH_FNV_START, account->bytes, sizeof account->bytes) % PLACES;
}

const struct currency *known_accounts_find(const struct known_accounts *known, const struct id *account,
                                           const struct id *user)
{
    const struct place *place = &known->places[place_of(account)];
    return id_equal(&place->account, account) && id_equal(&place->user, user) ? place->currency : NULL;
}

void known_accounts_add(struct known_accounts *known, const struct id *account, const struct id *user,
                        const struct currency *currency)
{
    known->places[place_of(account)] = (struct place){*account, *user, currency};
}
