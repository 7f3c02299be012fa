#ifndef QUEUE_LIBRARY_H
#define QUEUE_LIBRARY_H

/* The Redis Function library of queue/functions: its text, its version, and whether a server needs it. */

#include <stdbool.h>

#include "queue/redis.h"

/* The library's text with its digest filled in, in the arena. */
const char *library_text(struct arena *arena);

/* Whether a server that answers purser_version with `loaded` ("NUMBER-DIGEST"; NULL: it has none) should get
 * ours. A library with a higher number is left alone: it serves older programs too, and two programs must not
 * take turns replacing it. */
bool library_is_needed(struct str loaded, struct arena *arena);

#endif
