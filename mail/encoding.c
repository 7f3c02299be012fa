#include "mail/encoding.h"

#include <sodium.h>

static bool is_plain(unsigned char c)
{
    return c > ' ' && c < 0x7F && c != '=';
}

/* Adds one unit (a character or =XX), behind a soft break when the line would leave no room for the next one.
 */
static void add_unit(struct buf *out, const char *unit, size_t size, size_t *column)
{
    if (*column + size > MAIL_LINE_MAX - 1) {
        buf_add_text(out, "=\r\n");
        *column = 0;
    }
    buf_add(out, unit, size);
    *column += size;
}

void mail_add_quoted_printable(struct buf *out, struct str text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '\r' || c == '\n') {
            buf_add_text(out, "\r\n");
            column = 0;
            if (c == '\r' && i + 1 < text.size && text.data[i + 1] == '\n')
                i++;
            continue;
        }
        bool ends = i + 1 == text.size || text.data[i + 1] == '\r' || text.data[i + 1] == '\n';
        /* Some relays change a line that starts with a dot or "From "; behind a soft break it is such a start
         * too. */
        bool starts = column == 0 || column + 1 > MAIL_LINE_MAX - 1;
        bool fragile = starts && (c == '.' || c == 'F');
        if (!fragile && (is_plain(c) || ((c == ' ' || c == '\t') && !ends))) {
            add_unit(out, &text.data[i], 1, &column);
            continue;
        }
        const char escape[3] = {'=', "0123456789ABCDEF"[c >> 4], "0123456789ABCDEF"[c & 15]};
        add_unit(out, escape, sizeof escape, &column);
    }
    if (column > 0)
        buf_add_text(out, "\r\n");
}

/* 45 bytes are 60 characters of base64: with "=?UTF-8?B?" and "?=" 72 of the 75 that a word may have. */
enum { WORD_BYTES = 45, WORD_TEXT = sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_ORIGINAL) };

static void add_words(struct buf *out, struct str value)
{
    for (size_t start = 0; start < value.size;) {
        size_t size = value.size - start < WORD_BYTES ? value.size - start : WORD_BYTES;
        while (start + size < value.size && size > 1 &&
               ((unsigned char)value.data[start + size] & 0xC0) == 0x80)
            size--;
        char word[WORD_TEXT];
        sodium_bin2base64(word, sizeof word, (const unsigned char *)value.data + start, size,
                          sodium_base64_VARIANT_ORIGINAL);
        buf_printf(out, "%s=?UTF-8?B?%s?=", start == 0 ? "" : "\r\n ", word);
        start += size;
    }
}

/* Spaces at the ends, runs of them, and words longer than a line do not survive folding as they are. */
static bool needs_words(struct str value)
{
    size_t word = 0;
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c < ' ' || c >= 0x7F || (c == '=' && i + 1 < value.size && value.data[i + 1] == '?'))
            return true;
        if (c == ' ' && (i == 0 || i + 1 == value.size || value.data[i + 1] == ' '))
            return true;
        word = c == ' ' ? 0 : word + 1;
        if (word > MAIL_LINE_MAX - 1)
            return true;
    }
    return false;
}

static void add_folded(struct buf *out, struct str value, size_t column)
{
    while (value.size > 0) {
        struct str rest, word = str_split(value, ' ', &rest);
        if (column + 1 + word.size > MAIL_LINE_MAX) {
            buf_add_text(out, "\r\n");
            column = 0;
        }
        buf_add_char(out, ' ');
        buf_add(out, word.data, word.size);
        column += 1 + word.size;
        value = rest;
    }
}

void mail_add_header_text(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s:", name);
    if (needs_words(value)) {
        buf_add_text(out, "\r\n ");
        add_words(out, value);
    } else {
        add_folded(out, value, strlen(name) + 1);
    }
    buf_add_text(out, "\r\n");
}

static bool is_atom_text(struct str name)
{
    static const char marks[] = " !#$%&'*+-/=?^_`{|}~";
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && memchr(marks, c, sizeof marks - 1) == NULL)
            return false;
    }
    return true;
}

static void add_quoted(struct buf *out, struct str name)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '"' || name.data[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, name.data[i]);
    }
    buf_add_char(out, '"');
}

void mail_add_header_mailbox(struct buf *out, const char *name, const char *display, const char *address)
{
    struct str shown = str_of(display);
    size_t room = strlen(name) + 2 * shown.size + strlen(address) + 8; /* quoting at most doubles it */
    buf_printf(out, "%s:", name);
    if (shown.size == 0) {
        buf_printf(out, "%s%s\r\n", room > MAIL_LINE_MAX ? "\r\n " : " ", address);
        return;
    }
    bool words = needs_words(shown), folds = words || room > MAIL_LINE_MAX;
    buf_add_text(out, folds ? "\r\n " : " ");
    if (words)
        add_words(out, shown);
    else if (is_atom_text(shown))
        buf_add(out, shown.data, shown.size);
    else
        add_quoted(out, shown);
    buf_printf(out, "%s<%s>\r\n", folds ? "\r\n " : " ", address);
}
