#ifndef API_CURSOR_H
#define API_CURSOR_H

/* Where a page of a list ended, as opaque text: a keyed hash and the keyset's parts joined by U+001F, in
 * base64url (RFC 4648 §5). The hash makes sure that a statement gets only what it gave: a cursor that was
 * made up, cut or taken from another list is none. */

#include <stddef.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/seal.h"

/* `list` is the pattern of the list's route; `key` the instance's. */
const char *cursor_write(struct arena *arena, const struct seal_key *key, const char *list,
                         const char *joined);

/* Splits into exactly `count` parts, in the arena. -1 when it is no cursor of this list. */
int cursor_read(struct arena *arena, const struct seal_key *key, const char *list, const char *cursor,
                const char **parts, size_t count) MUST_CHECK;

#endif
