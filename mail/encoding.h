#ifndef MAIL_ENCODING_H
#define MAIL_ENCODING_H

/* How text travels in mail: quoted-printable bodies (RFC 2045 §6.7) and encoded words in headers (RFC 2047).
 * Pure. */

#include "base/buf.h"
#include "base/str.h"

enum { MAIL_LINE_MAX = 76 }; /* without CRLF */

/* Appends UTF-8 text as quoted-printable. CRLF, LF and CR in it are line ends and become CRLF; the result
 * ends with one. */
void mail_add_quoted_printable(struct buf *out, struct str text);

/* Appends "Name: value" CRLF, folded at spaces so that lines keep to MAIL_LINE_MAX. A value of anything but
 * printable ASCII travels as encoded words of at most 75 characters, none of which cuts a code point. No
 * control characters. */
void mail_add_header_text(struct buf *out, const char *name, struct str value);

/* Appends "Name: display <address>" CRLF, the display name quoted or encoded as it needs; "" leaves the
 * address. */
void mail_add_header_mailbox(struct buf *out, const char *name, const char *display, const char *address);

#endif
