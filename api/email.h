#ifndef API_EMAIL_H
#define API_EMAIL_H

/* Addresses as identities: one person must not become two by a capital letter. Pure. */

#include "base/arena.h"
#include "base/faults.h"

/* The address in lower case and NFC (UAX #15), in the arena; NULL with a fault at `pointer` when it is none.
 */
const char *email_normalise(struct arena *arena, const char *text, const char *pointer,
                            struct faults *faults);

#endif
