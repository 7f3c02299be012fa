#ifndef STATEMENT_DETECT_H
#define STATEMENT_DETECT_H

/* Which format a file has, by its content; names of files say nothing. */

#include "statement/statement.h"

/* text: the head, decoded. STATEMENT_AUTO with `err` set when it is certainly none of ours (a workbook, a
 * PDF, a page of HTML); CSV when nothing else fits. */
enum statement_format detect_format(struct str text, struct err *err);

/* `head` as it came: refuses what is not text at all. */
int detect_refuse_binary(struct str head, struct err *err) MUST_CHECK;

/* The encoding that the file's own head declares (XML declaration, OFX 1 header); size 0 when it says
 * nothing. */
struct str detect_declared_encoding(struct str head);

#endif
