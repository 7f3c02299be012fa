#ifndef STATEMENT_ENCODING_H
#define STATEMENT_ENCODING_H

/*
 * From the bytes of a file to UTF-8. Which encoding it is is decided once, from the head, in this order: byte
 * order mark; what the mapping says; UTF-16 by its zero bytes; strict UTF-8 (RFC 3629); what the file
 * declares; else windows-1252, said aloud as `assumed`.
 */

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/err.h"
#include "base/str.h"

enum encoding_kind { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_OTHER };

struct encoding {
    enum encoding_kind kind;
    char name[32];   /* IANA or iconv name */
    size_t bom_size; /* bytes to leave out at the start */
    bool assumed;
};

/* given, declared: "" when there is none. whole: the head is all of the file. -1 ERR_REJECT for a name nobody
 * knows. */
int encoding_choose(struct str head, bool whole, struct str given, struct str declared,
                    struct encoding *encoding, struct err *err) MUST_CHECK;

typedef int decoder_sink(void *context, struct str text, int64_t offset, struct err *err);

struct decoder {
    struct encoding encoding;
    iconv_t converter; /* (iconv_t)-1 when not in use */
    decoder_sink *sink;
    void *context;
    int64_t offset; /* in the file, of rest[0] or of the next byte */
    char rest[8];   /* the beginning of a character whose end has not come */
    size_t rest_size;
    size_t skip;      /* of the byte order mark, still to come */
    int64_t replaced; /* characters that became U+FFFD */
};

/* -1 ERR_REJECT when iconv does not know the encoding. */
int decoder_open(struct decoder *decoder, const struct encoding *encoding, decoder_sink *sink, void *context,
                 struct err *err) MUST_CHECK;

/* Calls the sink with valid UTF-8 without NUL. Passes the sink's error on. */
int decoder_feed(struct decoder *decoder, const char *data, size_t size, struct err *err) MUST_CHECK;

/* A character that is cut off at the end becomes U+FFFD. */
int decoder_finish(struct decoder *decoder, struct err *err) MUST_CHECK;

void decoder_close(struct decoder *decoder);

/* How many bytes of the file a piece of decoded text took. Exact for UTF-8, UTF-16 and one-byte encodings. */
int64_t encoding_width(const struct encoding *encoding, struct str text);

#endif
