#ifndef BASE_STR_H
#define BASE_STR_H

/* Text rules that need no memory: views, comparison, UTF-8, numbers. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attributes.h"

/* A view of bytes that someone else owns; not NUL-terminated. */
struct str {
    const char *data;
    size_t size;
};

#define STR(literal) ((struct str){"" literal, sizeof literal - 1})

static inline struct str str_of(const char *text)
{
    return (struct str){text, strlen(text)};
}

bool str_equal(struct str a, struct str b);
bool str_equal_nocase(struct str a, struct str b); /* ASCII */
bool str_starts(struct str text, const char *prefix);
bool str_starts_nocase(struct str text, const char *prefix); /* ASCII */
struct str str_trim(struct str text);                        /* spaces and tabs off both ends */

int str_hex_value(char c); /* 0..15 of a hexadecimal digit, either case; -1 of anything else */

/* Takes percent-encoding off (RFC 3986 §2.1) into out[size], with a NUL behind it; text.size + 1 is always
 * enough. plus_is_space: as in a query that a form made. -1: malformed, has a NUL in it, or does not fit. */
int str_percent_decode(struct str text, bool plus_is_space, char *out, size_t size) MUST_CHECK;

/* Which of `count` names it is; -1 for none. */
int str_index(struct str text, const char *const *names, int count);

/* The part before the first `separator`; *rest becomes what is behind it. When there is none: all, and *rest
 * is empty. */
struct str str_split(struct str text, char separator, struct str *rest);

/* Valid UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
bool str_is_utf8(struct str text);

/* Code points in valid UTF-8. */
size_t str_utf8_length(struct str text);

/* Has a C0 control character (U+0000 to U+001F) or U+007F. */
bool str_has_control(struct str text);

/* A whole decimal number with optional '-', nothing before or behind it. -1 when it is not one or does not
 * fit. */
int str_to_int(struct str text, int64_t *value) MUST_CHECK;

#endif
