#ifndef LEDGER_EXPORT_ROWS_H
#define LEDGER_EXPORT_ROWS_H

/* From the rows of sql_export_names and sql_export_rows to those of ledger/export.h. */

#include "db/db.h"
#include "ledger/export.h"

struct export_scope {
    const struct id *user, *account; /* account NULL: all */
    int32_t from, to;
    bool has_from, has_to;
};

/* What the names' statement and a page's take. after: the row before the page; NULL for the first page. */
void export_names_params(struct db_params *params, const struct export_scope *scope);
void export_rows_params(struct db_params *params, const struct export_scope *scope, enum export_format format,
                        int32_t after_date, const struct id *after, int64_t limit);

/* Takes the names into `export`, whose arena must be that of `rows` or live as long. */
void export_take_names(struct export *export, enum export_format format, const struct db_rows *rows,
                       struct arena *arena);

/* Writes a page of rows. */
void export_write_rows(struct export *export, const struct db_rows *rows, struct buf *out);

/* The keyset of a row, for the next page. */
void export_row_key(const struct db_rows *rows, int row, int32_t *date, struct id *id);

#endif
