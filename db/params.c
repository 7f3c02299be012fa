#include "db/params.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "db/types.h"

void db_params_init(struct db_params *params, struct arena *arena)
{
    params->arena = arena;
    params->count = 0;
}

static void add(struct db_params *params, const void *value, size_t size)
{
    assert(params->count < DB_PARAMS_MAX && size <= INT32_MAX);
    params->values[params->count] = value;
    params->lengths[params->count] = (int)size;
    params->formats[params->count] = 1;
    params->count++;
}

static void add_copy(struct db_params *params, const void *value, size_t size)
{
    add(params, arena_memdup(params->arena, value, size), size);
}

void db_add_null(struct db_params *params)
{
    add(params, NULL, 0);
}

void db_add_int(struct db_params *params, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);
    add_copy(params, &wire, sizeof wire);
}

void db_add_bool(struct db_params *params, bool value)
{
    add_copy(params, &(char){value}, 1);
}

void db_add_text(struct db_params *params, const char *text)
{
    if (text == NULL)
        db_add_null(params);
    else
        add_copy(params, text, strlen(text));
}

void db_add_str(struct db_params *params, struct str text)
{
    add_copy(params, text.data, text.size);
}

void db_add_id(struct db_params *params, const struct id *id)
{
    if (id == NULL)
        db_add_null(params);
    else
        add_copy(params, id->bytes, sizeof id->bytes);
}

void db_add_bytes(struct db_params *params, const void *data, size_t size)
{
    if (data == NULL)
        db_add_null(params);
    else
        add_copy(params, data, size);
}

void db_add_time(struct db_params *params, int64_t wall_ms)
{
    db_add_int(params, (wall_ms - DB_EPOCH_MS) * 1000);
}

void db_add_date(struct db_params *params, int32_t day)
{
    uint32_t wire = htobe32((uint32_t)(day - DB_EPOCH_DAY));
    add_copy(params, &wire, sizeof wire);
}

/* Writes one array (PostgreSQL's array_recv): the head, then a length and the bytes for each element. */
struct array_writer {
    char *start, *at;
};

static void write_int32(struct array_writer *writer, int32_t value)
{
    uint32_t wire = htobe32((uint32_t)value);
    memcpy(writer->at, &wire, sizeof wire);
    writer->at += sizeof wire;
}

static struct array_writer array_begin(struct db_params *params, uint32_t type, bool has_nulls, size_t count,
                                       size_t bytes)
{
    assert(count <= INT32_MAX);
    struct array_writer writer = {.start = arena_alloc(params->arena, 20 + count * 4 + bytes)};
    writer.at = writer.start;
    write_int32(&writer, count > 0);
    write_int32(&writer, has_nulls);
    write_int32(&writer, (int32_t)type);
    if (count > 0) {
        write_int32(&writer, (int32_t)count);
        write_int32(&writer, 1);
    }
    return writer;
}

/* data NULL: a null element. */
static void array_element(struct array_writer *writer, const void *data, size_t size)
{
    write_int32(writer, data == NULL ? -1 : (int32_t)size);
    if (data != NULL && size > 0) {
        memcpy(writer->at, data, size);
        writer->at += size;
    }
}

static void array_end(struct db_params *params, const struct array_writer *writer)
{
    add(params, writer->start, (size_t)(writer->at - writer->start));
}

void db_add_ints(struct db_params *params, const int64_t *values, const bool *nulls, size_t count)
{
    struct array_writer writer = array_begin(params, DB_TYPE_INT8, nulls != NULL, count, count * 8);
    for (size_t i = 0; i < count; i++) {
        uint64_t wire = htobe64((uint64_t)values[i]);
        array_element(&writer, nulls != NULL && nulls[i] ? NULL : &wire, sizeof wire);
    }
    array_end(params, &writer);
}

void db_add_bools(struct db_params *params, const bool *values, size_t count)
{
    struct array_writer writer = array_begin(params, DB_TYPE_BOOL, false, count, count);
    for (size_t i = 0; i < count; i++)
        array_element(&writer, &(char){values[i]}, 1);
    array_end(params, &writer);
}

void db_add_texts(struct db_params *params, const char *const *values, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += values[i] == NULL ? 0 : strlen(values[i]);
    struct array_writer writer = array_begin(params, DB_TYPE_TEXT, true, count, bytes);
    for (size_t i = 0; i < count; i++)
        array_element(&writer, values[i], values[i] == NULL ? 0 : strlen(values[i]));
    array_end(params, &writer);
}

void db_add_ids(struct db_params *params, const struct id *values, const bool *nulls, size_t count)
{
    struct array_writer writer = array_begin(params, DB_TYPE_UUID, nulls != NULL, count, count * 16);
    for (size_t i = 0; i < count; i++)
        array_element(&writer, nulls != NULL && nulls[i] ? NULL : values[i].bytes, 16);
    array_end(params, &writer);
}

void db_add_times(struct db_params *params, const int64_t *wall_ms, const bool *nulls, size_t count)
{
    struct array_writer writer = array_begin(params, DB_TYPE_TIMESTAMPTZ, nulls != NULL, count, count * 8);
    for (size_t i = 0; i < count; i++) {
        uint64_t wire = htobe64((uint64_t)((wall_ms[i] - DB_EPOCH_MS) * 1000));
        array_element(&writer, nulls != NULL && nulls[i] ? NULL : &wire, sizeof wire);
    }
    array_end(params, &writer);
}

void db_add_dates(struct db_params *params, const int32_t *days, const bool *nulls, size_t count)
{
    struct array_writer writer = array_begin(params, DB_TYPE_DATE, nulls != NULL, count, count * 4);
    for (size_t i = 0; i < count; i++) {
        uint32_t wire = htobe32((uint32_t)(days[i] - DB_EPOCH_DAY));
        array_element(&writer, nulls != NULL && nulls[i] ? NULL : &wire, sizeof wire);
    }
    array_end(params, &writer);
}

void db_add_bytes_array(struct db_params *params, const struct str *values, const bool *nulls, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += values[i].size;
    struct array_writer writer = array_begin(params, DB_TYPE_BYTEA, nulls != NULL, count, bytes);
    for (size_t i = 0; i < count; i++)
        array_element(&writer,
                      nulls != NULL && nulls[i] ? NULL
                      : values[i].data == NULL  ? ""
                                                : values[i].data,
                      values[i].size);
    array_end(params, &writer);
}
