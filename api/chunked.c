#include "api/chunked.h"

#include <stdbool.h>

enum { LINE_MAX_BYTES = 1024, DIGITS_MAX = 15 };

enum state {
    SIZE,      /* hexadecimal digits */
    EXTENSION, /* from ';' to CR */
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START, /* of a line: CR ends the body */
    TRAILER,
    TRAILER_LF,
    END_LF,
    END,
};

void chunked_init(struct chunked *chunked)
{
    *chunked = (struct chunked){.state = SIZE};
}

static bool is_text(char c)
{
    return c == '\t' || ((unsigned char)c >= ' ' && c != 0x7F);
}

/* One byte of framing: the state behind it, -1 when it is wrong. */
static int step(struct chunked *chunked, char c)
{
    bool too_long = ++chunked->line_size > LINE_MAX_BYTES;
    switch ((enum state)chunked->state) {
    case SIZE: {
        int digit = str_hex_value(c);
        if (digit >= 0 && chunked->digits < DIGITS_MAX) {
            chunked->left = chunked->left * 16 + (unsigned)digit;
            chunked->digits++;
            return SIZE;
        }
        if (chunked->digits == 0)
            return -1;
        return c == '\r' ? SIZE_LF : c == ';' ? EXTENSION : -1;
    }
    case EXTENSION:
        return c == '\r' ? SIZE_LF : is_text(c) && !too_long ? EXTENSION : -1;
    case SIZE_LF:
        if (c != '\n')
            return -1;
        chunked->line_size = 0;
        return chunked->left > 0 ? DATA : TRAILER_START;
    case DATA_CR:
        return c == '\r' ? DATA_LF : -1;
    case DATA_LF:
        chunked->digits = chunked->line_size = 0;
        return c == '\n' ? SIZE : -1;
    case TRAILER_START:
        /* line_size goes on over all trailers: their sum is limited. */
        return c == '\r' ? END_LF : is_text(c) && c != ' ' && c != '\t' && !too_long ? TRAILER : -1;
    case TRAILER:
        return c == '\r' ? TRAILER_LF : is_text(c) && !too_long ? TRAILER : -1;
    case TRAILER_LF:
        return c == '\n' ? TRAILER_START : -1;
    case END_LF:
        return c == '\n' ? END : -1;
    case DATA:
    case END:
        break;
    }
    return -1;
}

enum chunked_result chunked_read(struct chunked *chunked, struct str *bytes, struct str *piece)
{
    while (bytes->size > 0) {
        if (chunked->state == DATA) {
            size_t size = bytes->size < chunked->left ? bytes->size : (size_t)chunked->left;
            *piece = (struct str){bytes->data, size};
            *bytes = (struct str){bytes->data + size, bytes->size - size};
            chunked->left -= size;
            if (chunked->left == 0)
                chunked->state = DATA_CR;
            return CHUNKED_DATA;
        }
        int next = step(chunked, bytes->data[0]);
        if (next < 0)
            return CHUNKED_WRONG;
        *bytes = (struct str){bytes->data + 1, bytes->size - 1};
        chunked->state = next;
        if (next == END)
            return CHUNKED_END;
    }
    return CHUNKED_MORE;
}
