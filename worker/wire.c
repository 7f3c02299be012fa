#include "worker/wire.h"

#include <string.h>

size_t wire_begin(struct buf *buf, char letter)
{
    size_t start = buf->size;
    wire_add_u32(buf, 0);
    buf_add_char(buf, letter);
    return start;
}

void wire_end(struct buf *buf, size_t start)
{
    uint32_t size = (uint32_t)(buf->size - start - WIRE_HEAD_SIZE);
    if (!buf->overflowed)
        memcpy(buf->data + start, &size, sizeof size);
}

void wire_add_u32(struct buf *buf, uint32_t value)
{
    buf_add(buf, &value, sizeof value);
}

void wire_add_i64(struct buf *buf, int64_t value)
{
    buf_add(buf, &value, sizeof value);
}

void wire_add_str(struct buf *buf, struct str text)
{
    wire_add_u32(buf, (uint32_t)text.size);
    buf_add(buf, text.data, text.size);
}

static int take(struct str *rest, void *value, size_t size)
{
    if (rest->size < size)
        return -1;
    memcpy(value, rest->data, size);
    *rest = (struct str){rest->data + size, rest->size - size};
    return 0;
}

int wire_read_u32(struct str *rest, uint32_t *value)
{
    return take(rest, value, sizeof *value);
}

int wire_read_i64(struct str *rest, int64_t *value)
{
    return take(rest, value, sizeof *value);
}

int wire_read_str(struct str *rest, struct str *text)
{
    uint32_t size;
    if (wire_read_u32(rest, &size) != 0 || rest->size < size)
        return -1;
    *text = (struct str){rest->data, size};
    *rest = (struct str){rest->data + size, rest->size - size};
    return 0;
}

int wire_next(const struct buf *buf, char *letter, struct str *body, size_t *size)
{
    uint32_t length;
    if (buf->size < WIRE_HEAD_SIZE)
        return 0;
    memcpy(&length, buf->data, sizeof length);
    if (length > WIRE_LIMIT)
        return -1;
    *size = WIRE_HEAD_SIZE + (size_t)length;
    if (buf->size < *size)
        return 0;
    *letter = buf->data[4];
    *body = (struct str){buf->data + WIRE_HEAD_SIZE, length};
    return 1;
}
