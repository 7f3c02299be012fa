#ifndef STATEMENT_ARCHIVE_H
#define STATEMENT_ARCHIVE_H

/* Files that come packed into a zip archive (PKWARE APPNOTE 6.3), as the European Central Bank's rates do. By
 * libarchive, told to know that format alone. */

#include <stddef.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/err.h"
#include "base/str.h"

/* Is it a zip archive, by how it begins? */
bool archive_is_zip(struct str bytes);

/* The one file in an archive; the arena's. ERR_REJECT when there is none or more than one, when it is
 * encrypted or damaged, or unpacks to more than size_max bytes: no more than that is ever unpacked, whatever
 * the archive says of itself. */
int archive_read_file(struct str bytes, size_t size_max, struct arena *arena, struct str *file,
                      struct err *err) MUST_CHECK;

#endif
