#ifndef API_CHUNKED_H
#define API_CHUNKED_H

/*
 * The chunked transfer coding (RFC 9112 §7.1), read strictly: hexadecimal digits only (no sign, no 0x, at
 * most 15), CR LF and nothing else behind a size and behind a chunk's data; extensions are read over up to a
 * limit, trailers are checked and dropped. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/str.h"

struct chunked {
    int state;
    unsigned digits, line_size;
    uint64_t left; /* bytes of the current chunk that did not come yet */
};

enum chunked_result { CHUNKED_MORE, CHUNKED_DATA, CHUNKED_END, CHUNKED_WRONG };

void chunked_init(struct chunked *chunked);

/* Takes bytes from the front of *bytes. CHUNKED_DATA: *piece is a view of body bytes in them, call again for
 * the rest. MORE: all were taken. END: the body is whole; *bytes is what follows. WRONG: the framing is
 * broken for good. */
enum chunked_result chunked_read(struct chunked *chunked, struct str *bytes, struct str *piece) MUST_CHECK;

#endif
