#ifndef API_HANDLERS_UPLOAD_PREVIEW_H
#define API_HANDLERS_UPLOAD_PREVIEW_H

/* dry_run: how a file would be read, and its first rows, by the reader that the import uses. Nothing is
 * stored. */

#include "api/request.h"
#include "statement/statement.h"

/* A mapping out of JSON (text, or a document at `pointer`), in the request's arena; NULL: faults were added.
 */
const struct mapping *upload_mapping_read(struct request *request, struct str text);
const struct mapping *upload_mapping_check(struct request *request, json_t *value, const char *pointer);

struct upload_preview;

/* options: format, mapping and currency; the rest is filled in. */
struct upload_preview *upload_preview_open(struct arena *arena, const struct statement_options *options);

/* The next bytes of the file; costs nothing once enough rows are there. ERR_REJECT when the file can't be
 * read. */
int upload_preview_feed(struct upload_preview *preview, struct str part, struct err *err) MUST_CHECK;

/* The file has ended: {format, encoding, certainty, mapping, rows: [...], rejected: [...]} in the arena. */
const char *upload_preview_end(struct upload_preview *preview, struct err *err);

#endif
