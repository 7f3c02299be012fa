#include "api/unpack.h"

#include <stdlib.h>
#include <strings.h>
#include <zlib.h>
#include <zstd.h>

enum { PART_BYTES = 256 * 1024, RATIO_GRACE_BYTES = 1024 * 1024 };

enum kind { IDENTITY, GZIP, ZSTD };

struct unpack {
    enum kind kind;
    int64_t ratio_max, bytes_max, in, out;
    bool too_large, ended;
    bool is_full; /* the last part filled its room: the decoder may hold more without more input */
    struct str piece;
    z_stream gzip;
    ZSTD_DStream *zstd;
    char *part;
};

static bool start(struct unpack *unpack, const char *name)
{
    if (name == NULL || strcasecmp(name, "identity") == 0)
        return true;
    if (strcasecmp(name, "gzip") == 0 || strcasecmp(name, "x-gzip") == 0) {
        unpack->kind = GZIP;
        return inflateInit2(&unpack->gzip, 16 + MAX_WBITS) == Z_OK;
    }
    if (strcasecmp(name, "zstd") == 0) {
        unpack->kind = ZSTD;
        unpack->zstd = ZSTD_createDStream();
        /* The window is memory: 8 MiB is what RFC 8878 §3.1.1.1.2 asks every decoder to take. */
        return unpack->zstd != NULL &&
               !ZSTD_isError(ZSTD_DCtx_setParameter(unpack->zstd, ZSTD_d_windowLogMax, 23));
    }
    return false;
}

struct unpack *unpack_open(const char *name, int64_t ratio_max, int64_t bytes_max)
{
    struct unpack *unpack = calloc(1, sizeof *unpack);
    if (unpack == NULL)
        abort();
    unpack->ratio_max = ratio_max;
    unpack->bytes_max = bytes_max;
    if (!start(unpack, name)) {
        unpack_close(unpack);
        return NULL;
    }
    if (unpack->kind != IDENTITY && (unpack->part = malloc(PART_BYTES)) == NULL)
        abort();
    return unpack;
}

void unpack_close(struct unpack *unpack)
{
    if (unpack == NULL)
        return;
    if (unpack->kind == GZIP)
        inflateEnd(&unpack->gzip);
    ZSTD_freeDStream(unpack->zstd);
    free(unpack->part);
    free(unpack);
}

void unpack_give(struct unpack *unpack, struct str piece)
{
    unpack->piece = piece;
    unpack->in += (int64_t)piece.size;
}

/* Both take from piece what they use and say how much they made; -1: not of this encoding. */
static int64_t take_gzip(struct unpack *unpack)
{
    z_stream *stream = &unpack->gzip;
    stream->next_out = (Bytef *)unpack->part;
    stream->avail_out = PART_BYTES;
    while ((unpack->piece.size > 0 || unpack->is_full) && stream->avail_out > 0) {
        unpack->is_full = false;
        if (unpack->ended && unpack->piece.size > 0) { /* another member follows (RFC 1952 §2.2) */
            if (inflateReset(stream) != Z_OK)
                return -1;
            unpack->ended = false;
        }
        stream->next_in = (Bytef *)unpack->piece.data;
        stream->avail_in = (uInt)unpack->piece.size;
        int result = inflate(stream, Z_NO_FLUSH);
        size_t used = unpack->piece.size - stream->avail_in;
        unpack->piece = (struct str){unpack->piece.data + used, stream->avail_in};
        if (result == Z_STREAM_END)
            unpack->ended = true;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            return -1;
        else if (result == Z_BUF_ERROR && used == 0)
            break;
    }
    unpack->is_full = stream->avail_out == 0;
    return PART_BYTES - (int64_t)stream->avail_out;
}

static int64_t take_zstd(struct unpack *unpack)
{
    ZSTD_outBuffer out = {unpack->part, PART_BYTES, 0};
    while ((unpack->piece.size > 0 || unpack->is_full) && out.pos < out.size) {
        ZSTD_inBuffer in = {unpack->piece.data, unpack->piece.size, 0};
        size_t result = ZSTD_decompressStream(unpack->zstd, &out, &in);
        if (ZSTD_isError(result))
            return -1;
        unpack->piece = (struct str){unpack->piece.data + in.pos, unpack->piece.size - in.pos};
        unpack->ended = result == 0;
        unpack->is_full = false;
    }
    unpack->is_full = out.pos == out.size;
    return (int64_t)out.pos;
}

int unpack_take(struct unpack *unpack, struct str *part, struct err *err)
{
    int64_t made;
    if (unpack->kind == IDENTITY) {
        *part = unpack->piece;
        unpack->piece.size = 0;
        unpack->ended = true;
        made = (int64_t)part->size;
    } else {
        made = unpack->kind == GZIP ? take_gzip(unpack) : take_zstd(unpack);
        if (made < 0)
            return err_set(err, ERR_REJECT, "the body is not valid %s",
                           unpack->kind == GZIP ? "gzip" : "zstd");
        *part = (struct str){unpack->part, (size_t)made};
    }
    unpack->out += made;
    unpack->too_large =
        unpack->out > unpack->bytes_max || (unpack->out > RATIO_GRACE_BYTES && unpack->kind != IDENTITY &&
                                            unpack->out / unpack->ratio_max > unpack->in);
    if (unpack->too_large)
        return err_set(err, ERR_REJECT,
                       "the file is larger than %lld bytes, or grows more than %lld times when unpacked",
                       (long long)unpack->bytes_max, (long long)unpack->ratio_max);
    return 0;
}

int unpack_end(struct unpack *unpack, struct err *err)
{
    if (unpack->kind != IDENTITY && !unpack->ended)
        return err_set(err, ERR_REJECT, "the body ends in the middle of its %s stream",
                       unpack->kind == GZIP ? "gzip" : "zstd");
    return 0;
}

bool unpack_was_too_large(const struct unpack *unpack)
{
    return unpack->too_large;
}
