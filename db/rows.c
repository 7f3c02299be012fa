#include "db/rows.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/types.h"
#include "finance/date.h"

static void clear(void *result)
{
    PQclear(result);
}

void db_rows_take(struct db_rows *rows, PGresult *result, struct arena *arena)
{
    arena_defer(arena, clear, result);
    rows->result = result;
    rows->count = PQntuples(result);
    rows->affected = strtoll(PQcmdTuples(result), NULL, 10);
}

bool rows_is_null(const struct db_rows *rows, int row, int column)
{
    return PQgetisnull(rows->result, row, column) != 0;
}

static void wrong_type(const struct db_rows *rows, int column, const char *wanted)
{
    fprintf(stderr, "column %d (%s) has type %u, read as %s\n", column, PQfname(rows->result, column),
            PQftype(rows->result, column), wanted);
    abort();
}

static uint64_t read_uint64(const char *data)
{
    uint64_t wire;
    memcpy(&wire, data, sizeof wire);
    return be64toh(wire);
}

static uint32_t read_uint32(const char *data)
{
    uint32_t wire;
    memcpy(&wire, data, sizeof wire);
    return be32toh(wire);
}

int64_t rows_int(const struct db_rows *rows, int row, int column)
{
    const char *data = PQgetvalue(rows->result, row, column);
    Oid type = PQftype(rows->result, column);
    if (type != DB_TYPE_INT8 && type != DB_TYPE_INT4 && type != DB_TYPE_INT2)
        wrong_type(rows, column, "an integer");
    if (rows_is_null(rows, row, column))
        return 0;
    if (type == DB_TYPE_INT8)
        return (int64_t)read_uint64(data);
    if (type == DB_TYPE_INT4)
        return (int32_t)read_uint32(data);
    return (int16_t)((uint16_t)((uint8_t)data[0] << 8) | (uint8_t)data[1]);
}

bool rows_bool(const struct db_rows *rows, int row, int column)
{
    if (PQftype(rows->result, column) != DB_TYPE_BOOL)
        wrong_type(rows, column, "a boolean");
    return !rows_is_null(rows, row, column) && PQgetvalue(rows->result, row, column)[0] != 0;
}

double rows_double(const struct db_rows *rows, int row, int column)
{
    const char *data = PQgetvalue(rows->result, row, column);
    Oid type = PQftype(rows->result, column);
    if (type != DB_TYPE_FLOAT8 && type != DB_TYPE_FLOAT4)
        wrong_type(rows, column, "a double");
    if (rows_is_null(rows, row, column))
        return 0;
    if (type == DB_TYPE_FLOAT4) {
        uint32_t bits = read_uint32(data);
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    uint64_t bits = read_uint64(data);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_text(Oid type)
{
    return type == DB_TYPE_TEXT || type == DB_TYPE_VARCHAR || type == DB_TYPE_BPCHAR || type == DB_TYPE_JSON;
}

const char *rows_text(const struct db_rows *rows, int row, int column)
{
    if (!is_text(PQftype(rows->result, column)))
        wrong_type(rows, column, "text");
    return rows_is_null(rows, row, column) ? NULL : PQgetvalue(rows->result, row, column);
}

struct str rows_bytes(const struct db_rows *rows, int row, int column)
{
    Oid type = PQftype(rows->result, column);
    if (type != DB_TYPE_BYTEA && !is_text(type))
        wrong_type(rows, column, "bytes");
    if (rows_is_null(rows, row, column))
        return (struct str){NULL, 0};
    return (struct str){PQgetvalue(rows->result, row, column),
                        (size_t)PQgetlength(rows->result, row, column)};
}

struct id rows_id(const struct db_rows *rows, int row, int column)
{
    struct id id = {{0}};
    if (PQftype(rows->result, column) != DB_TYPE_UUID)
        wrong_type(rows, column, "a uuid");
    if (!rows_is_null(rows, row, column))
        memcpy(id.bytes, PQgetvalue(rows->result, row, column), sizeof id.bytes);
    return id;
}

struct id *rows_ids(const struct db_rows *rows, int column, struct arena *arena)
{
    struct id *ids = arena_array(arena, (size_t)rows->count, sizeof *ids);
    for (int row = 0; row < rows->count; row++)
        ids[row] = rows_id(rows, row, column);
    return ids;
}

int64_t rows_time(const struct db_rows *rows, int row, int column)
{
    if (PQftype(rows->result, column) != DB_TYPE_TIMESTAMPTZ)
        wrong_type(rows, column, "an instant");
    if (rows_is_null(rows, row, column))
        return 0;
    return (int64_t)read_uint64(PQgetvalue(rows->result, row, column)) / 1000 + DB_EPOCH_MS;
}

int32_t rows_date(const struct db_rows *rows, int row, int column)
{
    if (PQftype(rows->result, column) != DB_TYPE_DATE)
        wrong_type(rows, column, "a date");
    if (rows_is_null(rows, row, column))
        return 0;
    return (int32_t)read_uint32(PQgetvalue(rows->result, row, column)) + DB_EPOCH_DAY;
}

void rows_add_key(const struct db_rows *rows, int row, int column, struct buf *text)
{
    if (rows_is_null(rows, row, column))
        return;
    switch (PQftype(rows->result, column)) {
    case DB_TYPE_INT8:
    case DB_TYPE_INT4:
    case DB_TYPE_INT2:
        buf_printf(text, "%" PRId64, rows_int(rows, row, column));
        break;
    case DB_TYPE_UUID: {
        char id_text[ID_TEXT_SIZE];
        struct id id = rows_id(rows, row, column);
        id_format(&id, id_text);
        buf_add_text(text, id_text);
        break;
    }
    case DB_TYPE_DATE: {
        char date[DATE_TEXT_SIZE];
        date_format(rows_date(rows, row, column), date);
        buf_add_text(text, date);
        break;
    }
    case DB_TYPE_TIMESTAMPTZ:
        buf_printf(text, "%" PRId64, rows_time(rows, row, column));
        break;
    default:
        buf_add_text(text, rows_text(rows, row, column));
    }
}
