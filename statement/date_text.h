#ifndef STATEMENT_DATE_TEXT_H
#define STATEMENT_DATE_TEXT_H

/* Dates as banks write them, by formats of strptime (POSIX) read alike under every locale: %Y %y %m %d %e %b
 * %B %h %j %H %I %M %S %f %p %z %Z %a %A %T %R %D %F %n %t %%. Only the date is kept, as written; no zone
 * moves it. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/str.h"

/* 0, or -1 when the text is not of that format or no such day exists. Digits may lack leading zeros; %y is
 * 1969 to 2068; a time of day behind the date is passed over. */
int date_text_parse(struct str text, const char *format, int32_t *date) MUST_CHECK;

/* NULL, or what is wrong with a format; static. */
const char *date_text_check_format(const char *format);

/* Compact YYYYMMDD with anything behind it (OFX, SWIFT's long form). -1 when it is no day. */
int date_text_compact(struct str text, int32_t *date) MUST_CHECK;

/* YYYY-MM-DD with anything behind it that is no digit (ISO 8601). */
int date_text_iso(struct str text, int32_t *date) MUST_CHECK;

#endif
