#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/json_scan.h"

enum { POINTER_LIMIT = 8192 };

static void decref(void *value)
{
    json_decref(value);
}

json_t *json_own(struct arena *arena, json_t *value)
{
    if (value != NULL)
        arena_defer(arena, decref, value);
    return value;
}

/* What is good JSON (RFC 8259) and can't be held: no text with a NUL in it, no number past 64 bits. */
static void add_fault_of_jansson(const json_error_t *error, const char *pointer, struct faults *faults)
{
    switch (json_error_code(error)) {
    case json_error_null_character:
        faults->is_of_value = true;
        faults_add(faults, pointer, "has a NUL character");
        break;
    case json_error_numeric_overflow:
        faults->is_of_value = true;
        faults_add(faults, pointer, "is out of range: %s", error->text);
        break;
    default:
        faults_add(faults, pointer, "%s", error->text);
    }
    faults->list[faults->count - 1].line = error->line;
}

json_t *json_read(struct arena *arena, struct str text, struct faults *faults)
{
    struct buf pointer;
    buf_init(&pointer, POINTER_LIMIT);
    json_t *value = NULL;
    enum json_scan_result scan = json_scan(text, text.size, &pointer);
    const char *place = pointer.data == NULL ? "" : pointer.data;
    if (text.size == 0) {
        faults_add(faults, "", "the body is empty");
    } else if (scan == JSON_SCAN_TOO_DEEP) {
        faults_add(faults, place, "nested deeper than %d levels", JSON_DEPTH_MAX);
    } else if (scan == JSON_SCAN_INEXACT) {
        faults->is_of_value = true;
        faults_add(faults, place,
                   "a number with more than 15 significant digits is not exact; send it as a string");
    } else {
        json_error_t error;
        value = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        if (value == NULL) {
            buf_reset(&pointer);
            json_scan(text, error.position < 0 ? 0 : (size_t)error.position, &pointer);
            add_fault_of_jansson(&error, pointer.data == NULL ? "" : pointer.data, faults);
        }
    }
    buf_free(&pointer);
    return json_own(arena, value);
}

/* Plain decimal text of a double that came from at most 15 digits; NULL when it has an exponent past +-30. */
static const char *decimal_of_real(struct arena *arena, double value)
{
    char text[64];
    snprintf(text, sizeof text, "%.15g", value);
    char *exponent_at = strchr(text, 'e');
    if (exponent_at == NULL)
        return arena_strdup(arena, text);
    int exponent = atoi(exponent_at + 1);
    if (exponent > 30 || exponent < -30)
        return NULL;
    *exponent_at = '\0';
    /* %.15g gives one digit before the point: shift it. */
    char digits[32] = {0};
    size_t count = 0;
    for (const char *c = text; *c != '\0'; c++)
        if (*c >= '0' && *c <= '9')
            digits[count++] = *c;
    const char *sign = value < 0 ? "-" : "";
    if (exponent < 0)
        return arena_printf(arena, "%s0.%.*s%s", sign, -exponent - 1, "00000000000000000000000000000000",
                            digits);
    size_t whole = (size_t)exponent + 1;
    if (count <= whole)
        return arena_printf(arena, "%s%s%.*s", sign, digits, (int)(whole - count),
                            "00000000000000000000000000000000");
    return arena_printf(arena, "%s%.*s.%s", sign, (int)whole, digits, digits + whole);
}

static const char *kind_name(enum json_kind kind)
{
    static const char *const names[] = {
        [JSON_FIELD_TEXT] = "a string",
        [JSON_FIELD_SECRET] = "a string",
        [JSON_FIELD_DECIMAL] = "a decimal number",
        [JSON_FIELD_ID] = "an id (a UUID)",
        [JSON_FIELD_INT] = "a whole number",
        [JSON_FIELD_BOOL] = "true or false",
        [JSON_FIELD_OBJECT] = "an object",
        [JSON_FIELD_ARRAY] = "an array",
        [JSON_FIELD_ANY] = "any value",
    };
    return names[kind];
}

static int decode_text(json_t *value, const char *pointer, const struct json_field *field, const char **out,
                       struct faults *faults)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    int64_t length = (int64_t)str_utf8_length(text);
    if (length < field->min || length > field->max)
        return faults_add(faults, pointer,
                          "has %" PRId64 " characters; it must have from %" PRId64 " to %" PRId64, length,
                          field->min, field->max);
    if (field->kind == JSON_FIELD_TEXT && str_has_control(text))
        return faults_add(faults, pointer, "has a control character");
    *out = text.data;
    return 0;
}

static int decode_decimal(json_t *value, const char *pointer, const char **out, struct arena *arena,
                          struct faults *faults)
{
    if (json_is_string(value))
        *out = json_string_value(value);
    else if (json_is_integer(value))
        *out = arena_printf(arena, "%" PRId64, (int64_t)json_integer_value(value));
    else
        *out = decimal_of_real(arena, json_real_value(value));
    if (*out == NULL)
        return faults_add(faults, pointer, "is out of range");
    return 0;
}

static int decode_range(int64_t number, const char *what, const char *pointer, const struct json_field *field,
                        struct faults *faults)
{
    if (number < field->min || number > field->max)
        return faults_add(faults, pointer, "%s must be from %" PRId64 " to %" PRId64, what, field->min,
                          field->max);
    return 0;
}

static bool kind_matches(const json_t *value, enum json_kind kind)
{
    switch (kind) {
    case JSON_FIELD_TEXT:
    case JSON_FIELD_SECRET:
    case JSON_FIELD_ID:
        return json_is_string(value);
    case JSON_FIELD_DECIMAL:
        return json_is_string(value) || json_is_number(value);
    case JSON_FIELD_INT:
        return json_is_integer(value);
    case JSON_FIELD_BOOL:
        return json_is_boolean(value);
    case JSON_FIELD_OBJECT:
        return json_is_object(value);
    case JSON_FIELD_ARRAY:
        return json_is_array(value);
    case JSON_FIELD_ANY:
        return true;
    }
    return false;
}

static int decode_field(json_t *value, const char *pointer, const struct json_field *field, void *out,
                        struct arena *arena, struct faults *faults)
{
    if (!kind_matches(value, field->kind))
        return faults_add(faults, pointer, "must be %s", kind_name(field->kind));
    switch (field->kind) {
    case JSON_FIELD_TEXT:
    case JSON_FIELD_SECRET:
        return decode_text(value, pointer, field, out, faults);
    case JSON_FIELD_DECIMAL:
        return decode_decimal(value, pointer, out, arena, faults);
    case JSON_FIELD_ID: {
        struct id *id = arena_alloc(arena, sizeof *id);
        if (id_parse((struct str){json_string_value(value), json_string_length(value)}, id) != 0)
            return faults_add(faults, pointer, "must be %s", kind_name(field->kind));
        *(const struct id **)out = id;
        return 0;
    }
    case JSON_FIELD_INT:
        *(int64_t *)out = json_integer_value(value);
        return decode_range(*(int64_t *)out, "the number", pointer, field, faults);
    case JSON_FIELD_BOOL:
        *(bool *)out = json_is_true(value);
        return 0;
    case JSON_FIELD_ARRAY:
        *(json_t **)out = value;
        return decode_range((int64_t)json_array_size(value), "the number of elements", pointer, field,
                            faults);
    case JSON_FIELD_OBJECT:
    case JSON_FIELD_ANY:
        *(json_t **)out = value;
        return 0;
    }
    return 0;
}

/* A member's name as one token of a JSON pointer. */
static const char *member_pointer(struct arena *arena, const char *pointer, const char *name)
{
    struct buf text;
    buf_init(&text, POINTER_LIMIT);
    buf_printf(&text, "%s/", pointer);
    for (; *name != '\0'; name++) {
        if (*name == '~' || *name == '/')
            buf_add_text(&text, *name == '~' ? "~0" : "~1");
        else
            buf_add_char(&text, *name);
    }
    char *copy = arena_strdup(arena, text.data == NULL ? "" : text.data);
    buf_free(&text);
    return copy;
}

int json_decode(json_t *value, const char *pointer, const struct json_field *fields, size_t count, void *out,
                struct arena *arena, struct faults *faults)
{
    if (!json_is_object(value))
        return faults_add(faults, pointer, "must be an object");
    int result = 0;
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        const struct json_field *field = &fields[i];
        json_t *member = json_object_get(value, field->name);
        known += member != NULL;
        bool absent = member == NULL || (json_is_null(member) && (field->flags & JSON_NULLABLE));
        if (absent && !(field->flags & JSON_REQUIRED))
            continue;
        const char *place = member_pointer(arena, pointer, field->name);
        if (absent)
            result = faults_add(faults, place, "is missing");
        else if (decode_field(member, place, field, (char *)out + field->offset, arena, faults) != 0)
            result = -1;
    }
    if (known == json_object_size(value))
        return result;
    const char *name;
    json_t *member;
    json_object_foreach(value, name, member)
    {
        bool found = false;
        for (size_t i = 0; i < count && !found; i++)
            found = strcmp(fields[i].name, name) == 0;
        if (!found)
            result = faults_add(faults, member_pointer(arena, pointer, name), "is not a known field");
    }
    return result;
}

const char *json_write(struct arena *arena, const json_t *value)
{
    /* 15 digits: what json_read takes comes out as it went in; jansson's 17 would make 2.2200000000000002
     * of 2.22. */
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    if (text == NULL)
        abort();
    arena_defer(arena, free, text);
    return text;
}

const char *json_quote(struct arena *arena, struct str text)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_alloc(arena, text.size * 6 + 3), *at = out;
    bool valid = str_is_utf8(text);
    *at++ = '"';
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') {
            *at++ = '\\';
            *at++ = (char)c;
        } else if (c < 0x20 || c == 0x7F) {
            memcpy(at, "\\u00", 4);
            at[4] = digits[c >> 4];
            at[5] = digits[c & 15];
            at += 6;
        } else if (c >= 0x80 && !valid) {
            memcpy(at, "\xEF\xBF\xBD", 3);
            at += 3;
        } else {
            *at++ = (char)c;
        }
    }
    *at++ = '"';
    return out;
}
