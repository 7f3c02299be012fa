#ifndef API_BODY_BUFFER_H
#define API_BODY_BUFFER_H

/*
 * A request's body between its connection and whoever reads it: takes the bytes that came, keeps the content
 * until there is a piece to hand over, and minds the limits: of the body, of the memory that all bodies
 * together may hold (PURSER_BODY_MEMORY_BYTES), and of how slowly it may come (PURSER_BODY_RATE_BYTES). Does
 * no I/O and knows no clock.
 */

#include "api/framing.h"
#include "base/buf.h"

enum { BODY_PIECE_SIZE = 256 * 1024, BODY_WINDOW_MS = 5000 /* the rate is judged over this */ };

/* What comes next of a body: a piece, its end, or that it was broken off. */
enum body_state { BODY_MORE, BODY_END, BODY_BROKEN };

/* Why a body was broken off. */
enum body_fault { BODY_LOST, BODY_TOO_LARGE, BODY_TOO_SLOW, BODY_NO_ROOM };

struct body_buffer {
    struct framing framing;
    struct buf piece; /* at most BODY_PIECE_SIZE */
    uint64_t seen;    /* content so far */
    size_t window_bytes;
    size_t *held; /* by all bodies together */
    bool is_broken;
    enum body_fault fault; /* of a broken one */
};

/* held: the sum that all buffers share. */
void body_buffer_init(struct body_buffer *buffer, size_t *held);

/* For the next request of the connection. */
void body_buffer_start(struct body_buffer *buffer, const struct head *head);

/* Moves bytes out of `in` until there is a piece to hand over, at the latest when all is there. saw_end:
 * nothing follows `in`. limit: of the whole body, in bytes. True when *state says what there is to hand over;
 * false when more must come. */
bool body_buffer_fill(struct body_buffer *buffer, struct buf *in, bool saw_end, uint64_t limit,
                      enum body_state *state);

/* The piece, which the caller frees; the buffer is empty then. */
struct buf body_buffer_take(struct body_buffer *buffer);

/* The body can't go on: the rest of what the client sends has no meaning any more. */
void body_buffer_break(struct body_buffer *buffer, enum body_fault fault);

/* Drops what is in `in` of a body that nobody wants. True when the body ended in it. */
bool body_buffer_skip(struct body_buffer *buffer, struct buf *in);

/* Once in BODY_WINDOW_MS: whether less came since the last time than the rate asks for. */
bool body_buffer_is_slow(struct body_buffer *buffer);

/* Gives the memory back. */
void body_buffer_free(struct body_buffer *buffer);

#endif
