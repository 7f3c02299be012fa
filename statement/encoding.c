#include "statement/encoding.h"

#include <errno.h>
#include <stdio.h>

enum { PIECE_SIZE = 4096, SNIFF_SIZE = 4096 };
#define REPLACEMENT "\xEF\xBF\xBD"

/* Bytes of the character that starts with `first`; 0 when none does. */
static size_t utf8_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/* Length of the valid character at `data`, 0 when it is invalid, -1 when it may become valid with more bytes.
 */
static int utf8_check(const unsigned char *data, size_t size)
{
    size_t length = utf8_length(data[0]);
    if (length < 2)
        return (int)length;
    unsigned char low = 0x80, high = 0xBF; /* of the second byte: RFC 3629 §4 */
    if (data[0] == 0xE0)
        low = 0xA0;
    else if (data[0] == 0xED)
        high = 0x9F;
    else if (data[0] == 0xF0)
        low = 0x90;
    else if (data[0] == 0xF4)
        high = 0x8F;
    for (size_t i = 1; i < length; i++) {
        if (i == size)
            return -1;
        if (data[i] < low || data[i] > high)
            return 0;
        low = 0x80;
        high = 0xBF;
    }
    return (int)length;
}

/* Valid up to a character that the end of the head cut off. */
static bool head_is_utf8(struct str head, bool whole, bool *ascii)
{
    const unsigned char *data = (const unsigned char *)head.data;
    *ascii = true;
    for (size_t i = 0; i < head.size;) {
        int length = utf8_check(data + i, head.size - i);
        if (length == 0)
            return false;
        *ascii = *ascii && length == 1;
        if (length < 0)
            return !whole || i > 0; /* a file that is cut in its last character is still UTF-8 */
        i += (size_t)length;
    }
    return true;
}

/* Text of mostly Latin letters in UTF-16 has a zero in every other byte. */
static bool head_is_utf16(struct str head, bool *big)
{
    size_t size = head.size > SNIFF_SIZE ? SNIFF_SIZE : head.size & ~(size_t)1, zeros[2] = {0, 0};
    for (size_t i = 0; i < size; i++)
        zeros[i & 1] += head.data[i] == '\0';
    *big = zeros[0] > zeros[1];
    size_t more = zeros[*big ? 0 : 1], less = zeros[*big ? 1 : 0];
    return size >= 4 && more * 10 >= size / 2 * 6 && less * 20 <= size;
}

static bool choose_by_mark(struct str head, struct encoding *encoding)
{
    static const struct {
        const char *mark, *name;
        size_t size;
        enum encoding_kind kind;
    } marks[] = {
        {"\xEF\xBB\xBF", "UTF-8", 3, ENCODING_UTF8},     {"\xFF\xFE\0\0", "UTF-32LE", 4, ENCODING_OTHER},
        {"\0\0\xFE\xFF", "UTF-32BE", 4, ENCODING_OTHER}, {"\xFF\xFE", "UTF-16LE", 2, ENCODING_UTF16LE},
        {"\xFE\xFF", "UTF-16BE", 2, ENCODING_UTF16BE},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (head.size >= marks[i].size && memcmp(head.data, marks[i].mark, marks[i].size) == 0) {
            *encoding = (struct encoding){.kind = marks[i].kind, .bom_size = marks[i].size};
            snprintf(encoding->name, sizeof encoding->name, "%s", marks[i].name);
            return true;
        }
    return false;
}

/* Letters and digits only, upper case: "iso_8859-1:1987" and "ISO8859-1" are told apart by no one. */
static void squeeze(struct str name, char out[32])
{
    size_t size = 0;
    for (size_t i = 0; i < name.size && size < 31; i++) {
        char c = name.data[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            out[size++] = c;
    }
    out[size] = '\0';
}

/* The names under which files and people mean an encoding; what is not here iconv is asked. */
static const struct {
    const char *said, *name;
    enum encoding_kind kind;
} aliases[] = {
    {"UTF8", "UTF-8", ENCODING_UTF8},
    {"UTF8SIG", "UTF-8", ENCODING_UTF8},
    {"UNICODE", "UTF-8", ENCODING_UTF8},
    {"UTF16LE", "UTF-16LE", ENCODING_UTF16LE},
    {"UTF16", "UTF-16LE", ENCODING_UTF16LE},
    {"UTF16BE", "UTF-16BE", ENCODING_UTF16BE},
    {"USASCII", "windows-1252", ENCODING_OTHER}, /* said by files that then hold more than ASCII */
    {"ASCII", "windows-1252", ENCODING_OTHER},
    {"1250", "windows-1250", ENCODING_OTHER},
    {"1251", "windows-1251", ENCODING_OTHER},
    {"1252", "windows-1252", ENCODING_OTHER},
    {"1253", "windows-1253", ENCODING_OTHER},
    {"1254", "windows-1254", ENCODING_OTHER},
    {"1257", "windows-1257", ENCODING_OTHER},
    {"CSWINDOWS1252", "windows-1252", ENCODING_OTHER},
    {"ANSI", "windows-1252", ENCODING_OTHER},
    {"88591", "ISO-8859-1", ENCODING_OTHER},
    {"LATIN1", "ISO-8859-1", ENCODING_OTHER},
    {"88592", "ISO-8859-2", ENCODING_OTHER},
    {"LATIN2", "ISO-8859-2", ENCODING_OTHER},
    {"885915", "ISO-8859-15", ENCODING_OTHER},
    {"LATIN9", "ISO-8859-15", ENCODING_OTHER},
};

/* 1: `name` says nothing. */
static int choose_by_name(struct str name, struct encoding *encoding, struct err *err)
{
    char said[32];
    squeeze(name, said);
    if (said[0] == '\0' || strcmp(said, "NONE") == 0)
        return 1;
    *encoding = (struct encoding){.kind = ENCODING_OTHER};
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].said, said) == 0) {
            encoding->kind = aliases[i].kind;
            snprintf(encoding->name, sizeof encoding->name, "%s", aliases[i].name);
            return 0;
        }
    if (name.size >= sizeof encoding->name)
        return err_set(err, ERR_REJECT, "encoding: is longer than any name of an encoding");
    memcpy(encoding->name, name.data, name.size);
    encoding->name[name.size] = '\0';
    iconv_t probe =
        memchr(name.data, '/', name.size) != NULL ? (iconv_t)-1 : iconv_open("UTF-8", encoding->name);
    if (probe == (iconv_t)-1)
        return err_set(err, ERR_REJECT, "encoding: \"%s\" is not known", encoding->name);
    iconv_close(probe);
    return 0;
}

int encoding_choose(struct str head, bool whole, struct str given, struct str declared,
                    struct encoding *encoding, struct err *err)
{
    if (choose_by_mark(head, encoding))
        return 0;
    int by_name = choose_by_name(given, encoding, err);
    if (by_name <= 0)
        return by_name;
    bool big, ascii;
    if (head_is_utf16(head, &big)) {
        *encoding = (struct encoding){.kind = big ? ENCODING_UTF16BE : ENCODING_UTF16LE};
        snprintf(encoding->name, sizeof encoding->name, big ? "UTF-16BE" : "UTF-16LE");
        return 0;
    }
    bool utf8 = head_is_utf8(head, whole, &ascii);
    if (utf8 && ascii && !whole && choose_by_name(declared, encoding, NULL) == 0)
        return 0;
    if (utf8) {
        *encoding = (struct encoding){.kind = ENCODING_UTF8, .name = "UTF-8"};
        return 0;
    }
    if (choose_by_name(declared, encoding, NULL) == 0 && encoding->kind == ENCODING_OTHER)
        return 0;
    *encoding = (struct encoding){.kind = ENCODING_OTHER, .name = "windows-1252", .assumed = true};
    return 0;
}

int decoder_open(struct decoder *decoder, const struct encoding *encoding, decoder_sink *sink, void *context,
                 struct err *err)
{
    *decoder = (struct decoder){.encoding = *encoding,
                                .converter = (iconv_t)-1,
                                .sink = sink,
                                .context = context,
                                .skip = encoding->bom_size};
    if (encoding->kind != ENCODING_OTHER)
        return 0;
    decoder->converter = iconv_open("UTF-8", encoding->name);
    if (decoder->converter == (iconv_t)-1)
        return err_set(err, ERR_REJECT, "encoding: \"%s\" is not known", encoding->name);
    return 0;
}

void decoder_close(struct decoder *decoder)
{
    if (decoder->converter != (iconv_t)-1 && decoder->encoding.kind == ENCODING_OTHER)
        iconv_close(decoder->converter);
    decoder->converter = (iconv_t)-1;
}

static int emit(struct decoder *decoder, const char *data, size_t size, int64_t offset, struct err *err)
{
    return size == 0 ? 0 : decoder->sink(decoder->context, (struct str){data, size}, offset, err);
}

static int emit_replacement(struct decoder *decoder, int64_t offset, struct err *err)
{
    decoder->replaced++;
    return emit(decoder, REPLACEMENT, 3, offset, err);
}

/* Decodes what it can; *used bytes were consumed, the rest is the beginning of a character. */
static int decode_utf8(struct decoder *decoder, const char *data, size_t size, size_t *used, struct err *err)
{
    size_t start = 0, i = 0;
    while (i < size) {
        unsigned char c = (unsigned char)data[i];
        if (c < 0x80 && c != 0) {
            i++;
            continue;
        }
        int length = c == 0 ? 0 : utf8_check((const unsigned char *)data + i, size - i);
        if (length > 0) {
            i += (size_t)length;
            continue;
        }
        if (emit(decoder, data + start, i - start, decoder->offset + (int64_t)start, err) != 0)
            return -1;
        start = i;
        if (length < 0)
            break;
        if (c != 0 && emit_replacement(decoder, decoder->offset + (int64_t)i, err) != 0)
            return -1;
        start = ++i;
    }
    *used = i;
    return emit(decoder, data + start, i - start, decoder->offset + (int64_t)start, err);
}

static size_t put_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

static uint32_t utf16_unit(const struct decoder *decoder, const char *data)
{
    unsigned char first = (unsigned char)data[0], second = (unsigned char)data[1];
    return decoder->encoding.kind == ENCODING_UTF16BE ? (uint32_t)(first << 8 | second)
                                                      : (uint32_t)(second << 8 | first);
}

static int decode_utf16(struct decoder *decoder, const char *data, size_t size, size_t *used, struct err *err)
{
    char piece[PIECE_SIZE];
    size_t filled = 0, i = 0, start = 0;
    while (i + 2 <= size) {
        uint32_t c = utf16_unit(decoder, data + i);
        size_t length = 2;
        bool bad = c >= 0xDC00 && c <= 0xDFFF;
        if (c >= 0xD800 && c <= 0xDBFF) {
            if (i + 4 > size)
                break;
            uint32_t low = utf16_unit(decoder, data + i + 2);
            bad = low < 0xDC00 || low > 0xDFFF;
            if (!bad) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                length = 4;
            }
        }
        /* A piece has to be uniform for encoding_width: what is left out or replaced stands between two. */
        if (bad || c == 0 || filled + 4 > sizeof piece) {
            if (emit(decoder, piece, filled, decoder->offset + (int64_t)start, err) != 0)
                return -1;
            filled = 0;
            start = i;
        }
        if (bad && emit_replacement(decoder, decoder->offset + (int64_t)i, err) != 0)
            return -1;
        i += length;
        if (bad || c == 0)
            start = i;
        else
            filled += put_utf8(c, piece + filled);
    }
    *used = i;
    return emit(decoder, piece, filled, decoder->offset + (int64_t)start, err);
}

/* Takes NUL out of converted text. */
static size_t drop_zeros(char *data, size_t size)
{
    size_t kept = 0;
    for (size_t i = 0; i < size; i++)
        if (data[i] != '\0')
            data[kept++] = data[i];
    return kept;
}

static int decode_other(struct decoder *decoder, const char *data, size_t size, size_t *used, struct err *err)
{
    char piece[PIECE_SIZE];
    char *in = (char *)(uintptr_t)data;
    size_t left = size;
    *used = 0;
    while (left > 0) {
        char *out = piece;
        size_t room = sizeof piece, before = left;
        /* glibc's iconv writes a byte order mark for no target but UTF-16/32; UTF-8 has none. */
        size_t result = iconv(decoder->converter, &in, &left, &out, &room);
        size_t got = drop_zeros(piece, sizeof piece - room);
        if (emit(decoder, piece, got, decoder->offset + (int64_t)*used, err) != 0)
            return -1;
        *used += before - left;
        if (result != (size_t)-1 || errno == E2BIG)
            continue;
        if (errno == EINVAL)
            break;
        if (emit_replacement(decoder, decoder->offset + (int64_t)*used, err) != 0)
            return -1;
        in++;
        left--;
        ++*used;
    }
    return 0;
}

static int decode(struct decoder *decoder, const char *data, size_t size, size_t *used, struct err *err)
{
    switch (decoder->encoding.kind) {
    case ENCODING_UTF8:
        return decode_utf8(decoder, data, size, used, err);
    case ENCODING_UTF16LE:
    case ENCODING_UTF16BE:
        return decode_utf16(decoder, data, size, used, err);
    case ENCODING_OTHER:
        return decode_other(decoder, data, size, used, err);
    }
    return err_set(err, ERR_BUG, "no such kind of encoding");
}

int decoder_feed(struct decoder *decoder, const char *data, size_t size, struct err *err)
{
    size_t skipped = decoder->skip < size ? decoder->skip : size, used;
    decoder->skip -= skipped;
    decoder->offset += (int64_t)skipped;
    data += skipped;
    size -= skipped;
    /* The character that the last piece ended in comes byte by byte, so that no more of this piece is copied.
     */
    while (decoder->rest_size > 0 && size > 0) {
        decoder->rest[decoder->rest_size++] = *data++;
        size--;
        if (decode(decoder, decoder->rest, decoder->rest_size, &used, err) != 0)
            return -1;
        decoder->offset += (int64_t)used;
        decoder->rest_size -= used;
        memmove(decoder->rest, decoder->rest + used, decoder->rest_size);
        if (decoder->rest_size == sizeof decoder->rest) { /* an iconv that never decides */
            if (emit_replacement(decoder, decoder->offset, err) != 0)
                return -1;
            decoder->offset += (int64_t)decoder->rest_size;
            decoder->rest_size = 0;
        }
    }
    if (size == 0)
        return 0;
    if (decode(decoder, data, size, &used, err) != 0)
        return -1;
    decoder->offset += (int64_t)used;
    decoder->rest_size = size - used;
    if (decoder->rest_size >= sizeof decoder->rest)
        return err_set(err, ERR_REJECT, "encoding: the text is not valid in %s", decoder->encoding.name);
    memcpy(decoder->rest, data + used, decoder->rest_size);
    return 0;
}

int decoder_finish(struct decoder *decoder, struct err *err)
{
    if (decoder->rest_size == 0)
        return 0;
    bool zeros = true; /* the odd byte of NUL padding behind UTF-16 */
    for (size_t i = 0; i < decoder->rest_size; i++)
        zeros = zeros && decoder->rest[i] == '\0';
    decoder->rest_size = 0;
    return zeros ? 0 : emit_replacement(decoder, decoder->offset, err);
}

int64_t encoding_width(const struct encoding *encoding, struct str text)
{
    if (encoding->kind == ENCODING_UTF8)
        return (int64_t)text.size;
    int64_t characters = 0, astral = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        characters += (c & 0xC0) != 0x80;
        astral += c >= 0xF0;
    }
    return encoding->kind == ENCODING_OTHER ? characters : 2 * (characters + astral);
}
