#define _GNU_SOURCE
#include "api/cursor.h"

#include <sodium.h>
#include <string.h>

#include "base/str.h"

enum { CURSOR_MAX = 1024 };

const char *cursor_write(struct arena *arena, const char *joined)
{
    size_t size = strlen(joined);
    size_t length = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return sodium_bin2base64(arena_alloc(arena, length), length, (const unsigned char *)joined, size,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int cursor_read(struct arena *arena, const char *cursor, const char **parts, size_t count)
{
    size_t length = strlen(cursor), size = 0;
    const char *end = cursor;
    if (length == 0 || length > CURSOR_MAX)
        return -1;
    char *text = arena_alloc(arena, length + 1);
    if (sodium_base642bin((unsigned char *)text, length, cursor, length, NULL, &size, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != cursor + length || memchr(text, '\0', size) != NULL || !str_is_utf8((struct str){text, size}))
        return -1;
    size_t found = 1;
    for (size_t i = 0; i < size; i++)
        found += text[i] == '\x1F';
    if (found != count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        parts[i] = text;
        text = strchrnul(text, '\x1F');
        if (*text != '\0')
            *text++ = '\0';
    }
    return 0;
}
