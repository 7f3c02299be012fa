#include "base/json_scan.h"

#include <stdbool.h>

#include "base/json.h"

struct level {
    bool is_object, want_name;
    struct str name; /* raw, with its escapes */
    size_t index;
};

struct walk {
    struct level levels[JSON_DEPTH_MAX + 1];
    size_t depth;
};

static void write_pointer(const struct walk *walk, struct buf *pointer)
{
    for (size_t i = 0; i < walk->depth; i++) {
        const struct level *level = &walk->levels[i];
        if (!level->is_object) {
            buf_printf(pointer, "/%zu", level->index);
            continue;
        }
        if (level->name.data == NULL)
            continue; /* an object none of whose names was read yet */
        buf_add_char(pointer, '/');
        for (size_t j = 0; j < level->name.size; j++) {
            char c = level->name.data[j];
            if (c == '~')
                buf_add_text(pointer, "~0");
            else if (c == '/')
                buf_add_text(pointer, "~1");
            else
                buf_add_char(pointer, c);
        }
    }
}

/* From the opening quote to behind the closing one. */
static size_t skip_string(struct str text, size_t at, size_t stop)
{
    for (at++; at < stop; at++) {
        if (text.data[at] == '\\')
            at++;
        else if (text.data[at] == '"')
            return at + 1;
    }
    return stop;
}

static bool is_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

/* A double keeps 15 significant decimal digits, whichever they are (DBL_DIG). Integers are jansson's to
 * judge. */
static bool is_exact(struct str number)
{
    size_t digits = 0, significant = 0; /* zeros at the end say nothing */
    bool is_real = false, in_mantissa = true;
    for (size_t i = 0; i < number.size; i++) {
        char c = number.data[i];
        if (c == 'e' || c == 'E')
            in_mantissa = false;
        if (c == '.' || c == 'e' || c == 'E')
            is_real = true;
        else if (in_mantissa && c >= '0' && c <= '9' && (c != '0' || digits > 0)) {
            digits++;
            if (c != '0')
                significant = digits;
        }
    }
    return !is_real || significant <= 15;
}

enum json_scan_result json_scan(struct str text, size_t stop, struct buf *pointer)
{
    struct walk walk = {.depth = 0};
    enum json_scan_result result = JSON_SCAN_END;
    if (stop > text.size)
        stop = text.size;
    size_t at = 0;
    while (at < stop && result == JSON_SCAN_END) {
        char c = text.data[at];
        struct level *level = walk.depth > 0 ? &walk.levels[walk.depth - 1] : NULL;
        if (c == '{' || c == '[') {
            if (walk.depth == JSON_DEPTH_MAX)
                result = JSON_SCAN_TOO_DEEP;
            else
                walk.levels[walk.depth++] = (struct level){.is_object = c == '{', .want_name = c == '{'};
            at++;
        } else if ((c == '}' || c == ']') && level != NULL) {
            walk.depth--;
            at++;
        } else if (c == ',' && level != NULL) {
            level->index++;
            level->want_name = level->is_object;
            at++;
        } else if (c == '"') {
            size_t end = skip_string(text, at, stop);
            if (level != NULL && level->want_name) {
                size_t size = end - at < 2 ? 0 : end - at - 2;
                level->name = (struct str){text.data + at + 1, size < 256 ? size : 256};
                level->want_name = false;
            }
            at = end;
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            size_t start = at;
            while (at < stop && is_number_char(text.data[at]))
                at++;
            if (!is_exact((struct str){text.data + start, at - start}))
                result = JSON_SCAN_INEXACT;
        } else {
            at++;
        }
    }
    write_pointer(&walk, pointer);
    return result;
}
