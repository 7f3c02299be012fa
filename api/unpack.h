#ifndef API_UNPACK_H
#define API_UNPACK_H

/*
 * Content-Encoding of a streamed body (RFC 9110 §8.4): gzip by zlib, zstd by libzstd, or none. Pull-style, so
 * that a small piece that grows large is handed on in bounded parts: give a piece, take until nothing comes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct unpack;

/* name: the header's value, NULL or "identity" for none. ratio_max: bytes out a byte in, looked at beyond the
 * first 1 MiB; bytes_max: bytes out in all. NULL: an encoding that is not taken (415). */
struct unpack *unpack_open(const char *name, int64_t ratio_max, int64_t bytes_max);
void unpack_close(struct unpack *unpack); /* NULL is fine */

/* The next piece; it must stay until unpack_take has given nothing more. */
void unpack_give(struct unpack *unpack, struct str piece);

/* The next part, at most 256 KiB; part->size 0: give more. It stays until the next call. ERR_REJECT when the
 * bytes are not what the encoding says, or grow past a limit. */
int unpack_take(struct unpack *unpack, struct str *part, struct err *err) MUST_CHECK;

/* ERR_REJECT when the last piece did not end the encoding's stream. */
int unpack_end(struct unpack *unpack, struct err *err) MUST_CHECK;

/* True after unpack_take refused for its size: 413 rather than 422. */
bool unpack_was_too_large(const struct unpack *unpack);

#endif
