#ifndef API_WRITE_COPY_H
#define API_WRITE_COPY_H

/* Writes to a stream out of a copy, for texts that do not live until they have left. */

#include <uv.h>

#include "base/str.h"

/* failed is called, if ever, when the client is gone. -1: not even begun. */
int write_copy(uv_stream_t *stream, struct str text, void (*failed)(uv_stream_t *stream)) MUST_CHECK;

#endif
