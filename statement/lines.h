#ifndef STATEMENT_LINES_H
#define STATEMENT_LINES_H

/* Text into lines that end with LF, CR or CRLF; for the formats that are made of lines. */

#include "statement/reader.h"

struct line {
    struct str text; /* without its end */
    int64_t number, offset;
    bool cut; /* it was longer than limits.record_bytes; the rest is left out */
};

struct lines {
    struct statement *statement;
    struct buf text;
    int64_t number, offset, next_offset;
    bool started, after_return, cut;
    int (*line)(struct statement *statement, const struct line *line, struct err *err);
};

/* The statement owns its memory. `line` is called with each line; its -1 ends the reading. */
void lines_init(struct lines *lines, struct statement *statement,
                int (*line)(struct statement *statement, const struct line *line, struct err *err));

/* Any pieces of the text, decoded to UTF-8; offset: that of the piece in the file, in bytes. */
int lines_feed(struct lines *lines, struct str text, int64_t offset, struct err *err) MUST_CHECK;

/* Behind the last piece: a last line without an end is told. */
int lines_finish(struct lines *lines, struct err *err) MUST_CHECK;

#endif
