#define _GNU_SOURCE
#include "api/cursor.h"

#include <sodium.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"

enum { CURSOR_MAX = 1024, TAG_SIZE = 8 };

static void write_tag(struct arena *arena, const struct seal_key *key, const char *list, const char *joined,
                      char tag[TAG_SIZE])
{
    uint8_t digest[HASH_SIZE];
    struct seal_key own = seal_derive(key, "cursor");
    const char *text = arena_printf(arena, "%s\x1F%s", list, joined);
    hash_keyed(own.bytes, text, strlen(text), digest);
    memcpy(tag, digest, TAG_SIZE);
}

const char *cursor_write(struct arena *arena, const struct seal_key *key, const char *list,
                         const char *joined)
{
    size_t size = TAG_SIZE + strlen(joined);
    size_t length = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *bytes = arena_alloc(arena, size);
    write_tag(arena, key, list, joined, bytes);
    memcpy(bytes + TAG_SIZE, joined, size - TAG_SIZE);
    return sodium_bin2base64(arena_alloc(arena, length), length, (const unsigned char *)bytes, size,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int cursor_read(struct arena *arena, const struct seal_key *key, const char *list, const char *cursor,
                const char **parts, size_t count)
{
    char tag[TAG_SIZE];
    size_t length = strlen(cursor), size = 0;
    const char *end = cursor;
    if (length == 0 || length > CURSOR_MAX)
        return -1;
    char *text = arena_alloc(arena, length + 1);
    if (sodium_base642bin((unsigned char *)text, length, cursor, length, NULL, &size, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != cursor + length || size <= TAG_SIZE)
        return -1;
    const char *given = text;
    text += TAG_SIZE;
    size -= TAG_SIZE;
    text[size] = '\0';
    write_tag(arena, key, list, text, tag);
    if (sodium_memcmp(tag, given, TAG_SIZE) != 0 || strlen(text) != size)
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
