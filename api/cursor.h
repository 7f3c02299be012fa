#ifndef API_CURSOR_H
#define API_CURSOR_H

/* Where a page of a list ended, as opaque text: the keyset's parts joined by U+001F, in base64url (RFC 4648
 * §5). It grants nothing: whoever makes one up sees only what the list shows him anyway. */

#include <stddef.h>

#include "base/arena.h"
#include "base/attributes.h"

const char *cursor_write(struct arena *arena, const char *joined);

/* Splits into exactly `count` parts, in the arena. -1 when it is not such a text. */
int cursor_read(struct arena *arena, const char *cursor, const char **parts, size_t count) MUST_CHECK;

#endif
