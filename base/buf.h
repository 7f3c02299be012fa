#ifndef BASE_BUF_H
#define BASE_BUF_H

/*
 * A growing byte buffer with a limit that must be named (after curl's dynbuf). What would pass the limit is
 * not added and sets `overflowed`, which stays set: build first, look once at the end. Always NUL-terminated
 * when not empty. Owns its memory: buf_free. Not for sharing between threads.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attributes.h"

struct buf {
    char *data; /* NULL while nothing was added */
    size_t size, capacity, limit;
    bool overflowed;
};

/* limit: the most bytes it will ever hold. */
void buf_init(struct buf *buf, size_t limit);
void buf_free(struct buf *buf);

/* For one that lives in the arena: the arena frees what it holds too. */
void buf_init_in(struct buf *buf, struct arena *arena, size_t limit);
struct buf *buf_new(struct arena *arena, size_t limit); /* made in the arena */

/* Empties it and forgets an overflow; the memory is kept. */
void buf_reset(struct buf *buf);

void buf_add(struct buf *buf, const void *data, size_t size);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* Drops the first `size` bytes (at most all): what a reader has consumed. */
void buf_consume(struct buf *buf, size_t size);

/* Room for at least `size` more bytes; NULL past the limit. Fill it, then add the count to buf->size. */
char *buf_reserve(struct buf *buf, size_t size);

#endif
