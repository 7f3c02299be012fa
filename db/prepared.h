#ifndef DB_PREPARED_H
#define DB_PREPARED_H

/* Which statements one connection has prepared. They are constants, so that their addresses tell them apart.
 */

#include <stdbool.h>

#include "db/query.h"

enum { PREPARED_PLACES = 1024 }; /* open addressing; far more than sql/queries has files */

struct prepared {
    const struct sql *places[PREPARED_PLACES];
};

bool prepared_has(const struct prepared *prepared, const struct sql *sql);
void prepared_add(struct prepared *prepared, const struct sql *sql);

#endif
