#include "db/prepared.h"

#include <stddef.h>
#include <stdint.h>

/* Where a statement is, or would be. */
static size_t place_of(const struct prepared *prepared, const struct sql *sql)
{
    size_t at = (uintptr_t)sql / sizeof *sql % PREPARED_PLACES;
    while (prepared->places[at] != NULL && prepared->places[at] != sql)
        at = (at + 1) % PREPARED_PLACES;
    return at;
}

bool prepared_has(const struct prepared *prepared, const struct sql *sql)
{
    return prepared->places[place_of(prepared, sql)] == sql;
}

void prepared_add(struct prepared *prepared, const struct sql *sql)
{
    prepared->places[place_of(prepared, sql)] = sql;
}
