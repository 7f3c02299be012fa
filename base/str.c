#include "base/str.h"

#include <strings.h>

bool str_equal(struct str a, struct str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool str_equal_nocase(struct str a, struct str b)
{
    return a.size == b.size && (a.size == 0 || strncasecmp(a.data, b.data, a.size) == 0);
}

bool str_starts(struct str text, const char *prefix)
{
    size_t size = strlen(prefix);
    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

bool str_starts_nocase(struct str text, const char *prefix)
{
    size_t size = strlen(prefix);
    return text.size >= size && strncasecmp(text.data, prefix, size) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct str str_trim(struct str text)
{
    while (text.size > 0 && is_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

int str_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int str_percent_decode(struct str text, bool plus_is_space, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.size ? str_hex_value(text.data[i + 1]) : -1;
            int low = high >= 0 ? str_hex_value(text.data[i + 2]) : -1;
            if (low < 0)
                return -1;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == '\0' || used + 1 >= size)
            return -1;
        out[used++] = c;
    }
    out[used] = '\0';
    return 0;
}

int str_index(struct str text, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (str_equal(text, str_of(names[i])))
            return i;
    return -1;
}

struct str str_split(struct str text, char separator, struct str *rest)
{
    const char *found = text.size == 0 ? NULL : memchr(text.data, separator, text.size);
    if (found == NULL) {
        *rest = (struct str){text.data + text.size, 0};
        return text;
    }
    size_t size = (size_t)(found - text.data);
    *rest = (struct str){found + 1, text.size - size - 1};
    return (struct str){text.data, size};
}

/* Length of the valid sequence at data, 0 when there is none. Table 3-7 of the Unicode Standard. */
static size_t utf8_sequence(const unsigned char *data, size_t size)
{
    unsigned char lead = data[0];
    if (lead < 0x80)
        return 1;
    size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                    : lead >= 0xE0 && lead <= 0xEF ? 3
                    : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                   : 0;
    if (length == 0 || length > size)
        return 0;
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (data[1] < low || data[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((data[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

bool str_is_utf8(struct str text)
{
    const unsigned char *data = (const unsigned char *)text.data;
    for (size_t i = 0; i < text.size;) {
        size_t length = utf8_sequence(data + i, text.size - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

size_t str_utf8_length(struct str text)
{
    size_t length = 0;
    for (size_t i = 0; i < text.size; i++)
        length += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return length;
}

bool str_has_control(struct str text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
            return true;
    return false;
}

int str_to_int(struct str text, int64_t *value)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t i = negative;
    if (i == text.size)
        return -1;
    int64_t result = 0; /* built below zero, where there is one more */
    for (; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        if (__builtin_mul_overflow(result, 10, &result) ||
            __builtin_sub_overflow(result, text.data[i] - '0', &result))
            return -1;
    }
    if (!negative && __builtin_sub_overflow((int64_t)0, result, &result))
        return -1;
    *value = result;
    return 0;
}
