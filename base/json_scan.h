#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

/* A walk over the bytes of a JSON text that knows where it is. It checks what jansson does not (depth, exact
 * numbers) and finds the pointer of a byte that jansson complained of. It does not judge grammar: jansson
 * does. */

#include "base/buf.h"
#include "base/str.h"

enum json_scan_result { JSON_SCAN_END, JSON_SCAN_TOO_DEEP, JSON_SCAN_INEXACT };

/* Walks to the end, to byte `stop`, or to the first thing that is too deep or has more than 15 significant
 * digits in a number with a fraction or exponent. `pointer` (initialised by the caller) gets the JSON pointer
 * of that place. */
enum json_scan_result json_scan(struct str text, size_t stop, struct buf *pointer);

#endif
