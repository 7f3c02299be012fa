#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t limit)
{
    *buf = (struct buf){.limit = limit};
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.limit = buf->limit};
}

static void free_held(void *buf)
{
    buf_free(buf);
}

void buf_init_in(struct buf *buf, struct arena *arena, size_t limit)
{
    buf_init(buf, limit);
    arena_defer(arena, free_held, buf);
}

struct buf *buf_new(struct arena *arena, size_t limit)
{
    struct buf *buf = arena_alloc(arena, sizeof *buf);
    buf_init_in(buf, arena, limit);
    return buf;
}

void buf_reset(struct buf *buf)
{
    buf->size = 0;
    buf->overflowed = false;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

char *buf_reserve(struct buf *buf, size_t size)
{
    if (buf->overflowed || size > buf->limit - buf->size) {
        buf->overflowed = true;
        return NULL;
    }
    size_t need = buf->size + size + 1;
    if (need > buf->capacity) {
        size_t capacity = buf->capacity < 128 ? 128 : buf->capacity * 2;
        if (capacity < need)
            capacity = need;
        if (capacity > buf->limit + 1)
            capacity = buf->limit + 1;
        char *data = realloc(buf->data, capacity);
        if (data == NULL)
            abort();
        buf->data = data;
        buf->capacity = capacity;
    }
    return buf->data + buf->size;
}

void buf_add(struct buf *buf, const void *data, size_t size)
{
    char *room = buf_reserve(buf, size);
    if (room == NULL)
        return;
    if (size > 0)
        memcpy(room, data, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *room = length < 0 ? NULL : buf_reserve(buf, (size_t)length);
    if (room != NULL) {
        vsnprintf(room, (size_t)length + 1, format, again);
        buf->size += (size_t)length;
    }
    va_end(again);
}

void buf_consume(struct buf *buf, size_t size)
{
    if (size > buf->size)
        size = buf->size;
    if (size == 0)
        return;
    buf->size -= size;
    memmove(buf->data, buf->data + size, buf->size);
    buf->data[buf->size] = '\0';
}
