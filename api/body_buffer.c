#include "api/body_buffer.h"

#include "base/settings.h"

void body_buffer_init(struct body_buffer *buffer, size_t *held)
{
    *buffer = (struct body_buffer){.held = held};
    buf_init(&buffer->piece, BODY_PIECE_SIZE);
}

void body_buffer_start(struct body_buffer *buffer, const struct head *head)
{
    framing_start(&buffer->framing, head);
    buffer->seen = 0;
    buffer->is_broken = false;
}

void body_buffer_break(struct body_buffer *buffer, enum body_fault fault)
{
    buffer->is_broken = true;
    buffer->fault = fault;
}

static bool hold(struct body_buffer *buffer, struct str content, uint64_t limit)
{
    buffer->seen += content.size;
    buffer->window_bytes += content.size;
    if (buffer->seen > limit) {
        body_buffer_break(buffer, BODY_TOO_LARGE);
        return false;
    }
    if (*buffer->held + content.size > (size_t)settings.body_memory_bytes) {
        body_buffer_break(buffer, BODY_NO_ROOM);
        return false;
    }
    *buffer->held += content.size;
    buf_add(&buffer->piece, content.data, content.size);
    return true;
}

bool body_buffer_fill(struct body_buffer *buffer, struct buf *in, bool saw_end, uint64_t limit,
                      enum body_state *state)
{
    struct framing *framing = &buffer->framing;
    *state = BODY_BROKEN;
    if (buffer->is_broken)
        return true;
    while (!framing->ended && in->size > 0 && buffer->piece.size < BODY_PIECE_SIZE) {
        struct str content;
        long taken = framing_take(framing, (struct str){in->data, in->size},
                                  BODY_PIECE_SIZE - buffer->piece.size, &content);
        if (taken < 0)
            body_buffer_break(buffer, BODY_LOST);
        if (taken < 0 || !hold(buffer, content, limit))
            return true;
        buf_consume(in, (size_t)taken);
    }
    if (saw_end && !framing->ended) {
        body_buffer_break(buffer, BODY_LOST);
        return true;
    }
    *state = buffer->piece.size == 0 && framing->ended ? BODY_END : BODY_MORE;
    return framing->ended || buffer->piece.size == BODY_PIECE_SIZE;
}

static void release(struct body_buffer *buffer)
{
    *buffer->held -= buffer->piece.size;
}

struct buf body_buffer_take(struct body_buffer *buffer)
{
    struct buf piece = buffer->piece;
    release(buffer);
    buf_init(&buffer->piece, BODY_PIECE_SIZE);
    return piece;
}

bool body_buffer_skip(struct body_buffer *buffer, struct buf *in)
{
    struct framing *framing = &buffer->framing;
    while (!framing->ended && in->size > 0) {
        struct str content;
        long taken = framing_take(framing, (struct str){in->data, in->size}, SIZE_MAX, &content);
        if (taken < 0)
            return false;
        buf_consume(in, (size_t)taken);
    }
    return framing->ended;
}

bool body_buffer_is_slow(struct body_buffer *buffer)
{
    size_t came = buffer->window_bytes;
    buffer->window_bytes = 0;
    return came * 1000 < (size_t)settings.body_rate_bytes * BODY_WINDOW_MS;
}

void body_buffer_free(struct body_buffer *buffer)
{
    release(buffer);
    buf_free(&buffer->piece);
}
