#ifndef API_HEAD_H
#define API_HEAD_H

/*
 * The head of one HTTP/1.1 request (RFC 9112), read strictly: what two readers could take two ways is
 * refused. llhttp judges the grammar; what it lets pass is checked here: bare CR and LF, NUL, folded lines,
 * white space before a colon, Host missing or twice, a Transfer-Encoding other than exactly "chunked",
 * versions other than 1.0 and 1.1. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { HEAD_BYTES_MAX = 16 * 1024, HEAD_HEADERS_MAX = 64 };

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_OTHER
};

struct header {
    struct str name, value; /* value without white space around it */
};

struct head {
    enum method method;
    struct str path;  /* from '/' to before '?', not decoded; or "*" with OPTIONS */
    struct str query; /* behind '?', not decoded; empty when there is none */
    struct header headers[HEAD_HEADERS_MAX];
    size_t header_count;
    bool keep_alive, expects_continue, is_chunked, is_http_1_0;
    uint64_t content_length; /* 0 when there is none */
};

/* Why a head was refused. */
struct head_fault {
    int status;         /* 400, 401, 414, 417, 431, 501, 505 */
    const char *detail; /* static */
};

/* Looks at the bytes read so far, of which *checked were looked at by former calls (start with 0). Gives the
 * size of the head with its empty line when it is whole, 0 when more bytes are needed, -1 with a fault as
 * soon as a byte is wrong. */
long head_scan(struct str bytes, size_t *checked, struct head_fault *fault);

/* Reads a whole head as head_scan measured it. Views in `head` point into bytes. -1 with a fault. */
int head_parse(struct str bytes, struct head *head, struct head_fault *fault);

/* The value of a header (name in any case); an empty view with data NULL when it is absent. The first of
 * several. */
struct str head_find(const struct head *head, const char *name);

/* "GET"; "" for METHOD_OTHER. Static. */
const char *method_name(enum method method);

#endif
