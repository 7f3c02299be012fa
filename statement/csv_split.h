#ifndef STATEMENT_CSV_SPLIT_H
#define STATEMENT_CSV_SPLIT_H

/*
 * Delimited text into records (RFC 4180, read leniently): lines end with LF, CR, CRLF or CR CR LF; a quoted
 * field may hold line ends; a quote in the middle of an unquoted field is a character; \" inside quotes is a
 * quote unless the field ends there. A quote that is never closed costs its own line only: what it swallowed
 * is read again without it.
 */

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct csv_record {
    const struct str *fields;
    size_t count;
    int64_t line, offset;
    const char *broken; /* NULL, or why it can't be taken whole; then the fields are what was read of it */
    int64_t replaced;   /* what *replaced was when it began */
};

struct csv_split_options {
    char delimiter, quote; /* quote '\0': none */
    size_t record_bytes, field_bytes, columns;
    int skip_lines; /* physical lines at the start to leave out */
    /* The width in the file of a piece of text; NULL: its size. */
    int64_t (*width)(void *context, struct str text);
    const int64_t *replaced; /* NULL, or a count to note at the beginning of a record */
    int (*record)(void *context, const struct csv_record *record, struct err *err);
    void *context;
};

struct csv_split {
    struct csv_split_options options;
    int state;
    bool blank_start;
    const char *broken;
    struct buf text; /* the record's fields, unquoted, one behind the other */
    size_t *starts;  /* of the fields in text */
    struct str *fields;
    size_t count;
    bool in_record;
    int64_t line, carriage_returns, record_line, record_offset, record_replaced;
    /* Since the first line end inside quotes of this record: to read again when the quote turns out to be
     * unclosed. */
    struct buf raw;
    bool raw_active;
    size_t raw_text, raw_count;
    int64_t raw_line, raw_returns, raw_offset;
    bool special[256];
};

/* The arena holds what grows with options.columns. Free with csv_split_free. */
void csv_split_init(struct csv_split *split, const struct csv_split_options *options, struct arena *arena);
void csv_split_free(struct csv_split *split);

/* Calls back for each record that ends in `text`, which starts at `offset` in the file; blank lines are no
 * records. */
int csv_split_feed(struct csv_split *split, struct str text, int64_t offset, struct err *err);
int csv_split_finish(struct csv_split *split, struct err *err);

#endif
