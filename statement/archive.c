#include "statement/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include "base/buf.h"

enum { PIECE = 64 * 1024 };

bool archive_is_zip(struct str bytes)
{
    return str_starts(bytes, "PK\x03\x04");
}

static int damaged(struct archive *archive, struct err *err)
{
    const char *why = archive_error_string(archive);
    return err_set(err, ERR_REJECT, "is a zip archive that can't be unpacked: %s",
                   why == NULL ? "it is damaged" : why);
}

/* On to the next entry that is a file: 1, or 0 when there is none. */
static int next_file(struct archive *archive, struct err *err)
{
    struct archive_entry *entry;
    int result;
    while ((result = archive_read_next_header(archive, &entry)) == ARCHIVE_OK || result == ARCHIVE_WARN)
        if (archive_entry_filetype(entry) == AE_IFREG)
            return 1;
    return result == ARCHIVE_EOF ? 0 : damaged(archive, err);
}

static int unpack(struct archive *archive, size_t size_max, struct buf *out, struct err *err)
{
    char piece[PIECE];
    la_ssize_t size = 0;
    while (!out->overflowed && (size = archive_read_data(archive, piece, sizeof piece)) > 0)
        buf_add(out, piece, (size_t)size);
    if (out->overflowed)
        return err_set(err, ERR_REJECT, "is a zip archive that unpacks to more than %zu bytes", size_max);
    return size < 0 ? damaged(archive, err) : 0;
}

static int read_file(struct archive *archive, struct str bytes, size_t size_max, struct buf *out,
                     struct err *err)
{
    if (archive_read_support_format_zip(archive) != ARCHIVE_OK ||
        archive_read_open_memory(archive, bytes.data, bytes.size) != ARCHIVE_OK)
        return damaged(archive, err);
    int found = next_file(archive, err);
    if (found == 0)
        return err_set(err, ERR_REJECT, "is a zip archive without a file");
    if (found < 0 || unpack(archive, size_max, out, err) != 0)
        return -1;
    found = next_file(archive, err);
    return found > 0 ? err_set(err, ERR_REJECT, "is a zip archive of several files: send the one") : found;
}

int archive_read_file(struct str bytes, size_t size_max, struct arena *arena, struct str *file,
                      struct err *err)
{
    struct archive *archive = archive_read_new();
    struct buf out;
    if (archive == NULL)
        return err_set(err, ERR_RETRY, "no memory to unpack a zip archive");
    buf_init(&out, size_max);
    int result = read_file(archive, bytes, size_max, &out, err);
    if (result == 0)
        *file = (struct str){arena_memdup(arena, out.size > 0 ? out.data : "", out.size), out.size};
    buf_free(&out);
    archive_read_free(archive);
    return result;
}
