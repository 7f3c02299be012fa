#ifndef STATEMENT_READER_H
#define STATEMENT_READER_H

/* What the readers of single formats share; nobody outside statement/ includes it. */

#include "base/buf.h"
#include "statement/encoding.h"
#include "statement/statement.h"

/* One format. Text comes decoded to UTF-8 in pieces that end between characters; `offset` is the piece's
 * place in the file. */
struct reader {
    /* head: the beginning of the text, at most limits.head_bytes, whole when the file is shorter. */
    int (*open)(struct statement *statement, struct str head, bool whole, struct err *err);
    int (*text)(struct statement *statement, struct str text, int64_t offset, struct err *err);
    int (*finish)(struct statement *statement, struct err *err);
};

extern const struct reader reader_csv, reader_ofx, reader_qif, reader_camt, reader_mt940, reader_json;

struct statement {
    struct arena arena; /* lives as long as the reader */
    struct statement_options options;
    struct statement_facts facts;
    struct encoding encoding;
    struct decoder decoder;
    struct buf head; /* until the format is known */
    bool started;
    const struct reader *reader;
    void *state; /* of the format's reader, in the arena */
    size_t part_capacity;
    int64_t ordinal;
};

/* A further statement of the file becomes the current one. -1 past limits.statements. */
int reader_begin_part(struct statement *statement, struct err *err) MUST_CHECK;

/* The current one, begun when there was none. NULL past the limit. */
struct statement_part *reader_part(struct statement *statement);

/* Copies a text into a fixed member, cut between characters. */
void reader_copy(char *out, size_t size, struct str text);

/* Counts and hands on a row whose own members are filled; ordinal and statement are set here. */
int reader_row(struct statement *statement, struct statement_row *row, struct err *err) MUST_CHECK;

/* Counts and hands on a reject. `text` is cut and put on one line. */
int reader_reject(struct statement *statement, int64_t line, int64_t offset, struct str text, struct err *err,
                  const char *format, ...) PRINTF_LIKE(6, 7) MUST_CHECK;

/* How many bytes of the file this decoded text took. */
int64_t reader_width(const struct statement *statement, struct str text);

/* Appends `text` to `out` on one line: control characters and runs of blanks become one space; nothing at
 * either end. */
void reader_add_line(struct buf *out, struct str text);

/* The same behind a space, unless empty. */
void reader_add_words(struct buf *out, struct str text);

static inline struct str reader_view(const struct buf *buf)
{
    return (struct str){buf->data == NULL ? "" : buf->data, buf->size};
}

#endif
