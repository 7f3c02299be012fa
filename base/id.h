#ifndef BASE_ID_H
#define BASE_ID_H

/* UUIDs (RFC 9562). The ones we make are version 7: ordered by the millisecond they were made in. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/str.h"

struct id {
    uint8_t bytes[16];
};

enum { ID_TEXT_SIZE = 37 }; /* with its NUL */

/* A new version 7 UUID from clock_wall_ms; ids of one process made in the same millisecond keep their order
 * (RFC 9562 §6.2, method 1). */
struct id id_new(void);

/* The lowest version 7 UUID of a millisecond: a bound for ranges over time. */
struct id id_at(int64_t wall_ms);

/* Lower case, 8-4-4-4-12. */
void id_format(const struct id *id, char text[ID_TEXT_SIZE]);

/* Takes exactly the 36-character form, any case, any version. -1 otherwise. */
int id_parse(struct str text, struct id *id) MUST_CHECK;

bool id_equal(const struct id *a, const struct id *b);

#endif
