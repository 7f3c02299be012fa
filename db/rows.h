#ifndef DB_ROWS_H
#define DB_ROWS_H

/*
 * The result of one statement, in PostgreSQL's binary format. Owned by the arena it was made in; text stays
 * valid as long. A getter checks the column's type: asking for another is a bug and aborts. Numbers of a null
 * column read as 0, pointers as NULL. Numeric and jsonb columns: cast them to text in the statement.
 */

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/str.h"

struct db_rows {
    PGresult *result;
    int count;        /* rows returned */
    int64_t affected; /* rows written by INSERT, UPDATE, DELETE without RETURNING */
};

/* Lets the arena own `result`. */
void db_rows_take(struct db_rows *rows, PGresult *result, struct arena *arena);

bool rows_is_null(const struct db_rows *rows, int row, int column);
int64_t rows_int(const struct db_rows *rows, int row, int column); /* smallint, integer, bigint */
bool rows_bool(const struct db_rows *rows, int row, int column);
double rows_double(const struct db_rows *rows, int row,
                   int column); /* real, double precision: never for money */
const char *rows_text(const struct db_rows *rows, int row,
                      int column); /* text, varchar, json; NUL-terminated */
struct str rows_bytes(const struct db_rows *rows, int row, int column);           /* bytea, text */
struct id rows_id(const struct db_rows *rows, int row, int column);               /* uuid */
struct id *rows_ids(const struct db_rows *rows, int column, struct arena *arena); /* of every row */
int64_t rows_time(const struct db_rows *rows, int row, int column); /* timestamptz, in ms since 1970 */
int32_t rows_date(const struct db_rows *rows, int row, int column); /* date, in days since 1970-01-01 */

/* Appends a value as the text that a keyset's parameter takes again: a date as YYYY-MM-DD, an id, a whole
 * number, an instant in ms since 1970, text; null is nothing. */
void rows_add_key(const struct db_rows *rows, int row, int column, struct buf *text);

#endif
