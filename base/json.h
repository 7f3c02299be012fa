#ifndef BASE_JSON_H
#define BASE_JSON_H

/*
 * JSON that strangers sent (RFC 8259), read strictly over jansson: no duplicate names, no NUL, bounded depth,
 * and no number whose decimal digits a double would change. Every fault names its place as a JSON pointer
 * (RFC 6901).
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/faults.h"
#include "base/str.h"

enum { JSON_DEPTH_MAX = 64 };

/* Parses a whole document; the arena owns the tree. NULL with a fault added when it is not acceptable.
 * 28 ms a MB: bound `text` before you call this on a loop. */
json_t *json_read(struct arena *arena, struct str text, struct faults *faults) MUST_CHECK;

enum json_kind {
    JSON_FIELD_TEXT,    /* const char *: UTF-8, min..max code points, no control characters */
    JSON_FIELD_SECRET,  /* const char *: as text, but control characters are taken */
    JSON_FIELD_DECIMAL, /* const char *: "-24.47" out of a string, or out of a number that is exact; digits
                           not checked */
    JSON_FIELD_ID,      /* const struct id *: a UUID in text */
    JSON_FIELD_INT,     /* int64_t within min..max */
    JSON_FIELD_BOOL,    /* bool */
    JSON_FIELD_OBJECT,  /* json_t * */
    JSON_FIELD_ARRAY,   /* json_t *, min..max elements */
    JSON_FIELD_ANY,     /* json_t * */
};

enum {
    JSON_REQUIRED = 1,
    JSON_NULLABLE = 2
}; /* NULLABLE: null leaves the field as it was, like an absent one */

struct json_field {
    const char *name;
    enum json_kind kind;
    int flags;
    int64_t min, max;
    size_t offset; /* of the member in the struct that json_decode fills */
};

/* Reads the members of `value` into `out` by the table; what is absent is left as it was. Adds a fault for
 * each member that is missing, of another type, out of its limits, or not in the table, each with
 * `pointer`/name. -1 if any. */
int json_decode(json_t *value, const char *pointer, const struct json_field *fields, size_t count, void *out,
                struct arena *arena, struct faults *faults) MUST_CHECK;

#define JSON_DECODE(value, pointer, fields, out, arena, faults)                                              \
    json_decode((value), (pointer), (fields), sizeof(fields) / sizeof *(fields), (out), (arena), (faults))

/* Compact text of a tree, in the arena. */
const char *json_write(struct arena *arena, const json_t *value);

/* `text` as a JSON string with its quotes, in the arena; invalid UTF-8 becomes U+FFFD. */
const char *json_quote(struct arena *arena, struct str text);

/* Lets the arena own a tree; returns it. */
json_t *json_own(struct arena *arena, json_t *value);

#endif
