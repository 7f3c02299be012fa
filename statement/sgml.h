#ifndef STATEMENT_SGML_H
#define STATEMENT_SGML_H

/*
 * Tags and texts of OFX, whether it is SGML whose leaf elements have no end tags or XML: banks send each
 * under the other's header, so one tolerant scanner reads both. No DTD, no entity but those of HTML
 * and characters by number.
 */

#include "base/buf.h"
#include "statement/reader.h"

enum { SGML_TAG_MAX = 128 };

struct sgml {
    struct statement *statement;
    int state;
    char tag[SGML_TAG_MAX];
    size_t tag_size, matched;
    struct buf text;
    char element[SGML_TAG_MAX]; /* the last one opened, "" when it was closed */
    int64_t line, tag_line, tag_offset;
    bool after_return;
    /* Upper case names. A leaf's value comes when the next tag begins; trimmed, on one line, never empty. */
    int (*open)(struct statement *statement, const char *name, struct err *err);
    int (*leaf)(struct statement *statement, const char *name, struct str value, struct err *err);
    int (*close)(struct statement *statement, const char *name, struct err *err);
};

/* The statement owns its memory. Set the three functions before text is fed. */
void sgml_init(struct sgml *sgml, struct statement *statement);

/* Any pieces of the text, decoded to UTF-8; offset: that of the piece in the file, in bytes. -1: what one of
 * the three functions gave. */
int sgml_feed(struct sgml *sgml, struct str text, int64_t offset, struct err *err) MUST_CHECK;

/* Behind the last piece: a leaf at the very end is told. */
int sgml_finish(struct sgml *sgml, struct err *err) MUST_CHECK;

#endif
