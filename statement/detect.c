#include "statement/detect.h"

#include <strings.h>

#include "statement/rates.h"

static const char *find_nocase(struct str text, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= text.size; i++)
        if (strncasecmp(text.data + i, word, size) == 0)
            return text.data + i;
    return NULL;
}

static struct str skip_blank(struct str text)
{
    while (text.size > 0 && (unsigned char)*text.data <= ' ') {
        text.data++;
        text.size--;
    }
    return text;
}

int detect_refuse_binary(struct str head, struct err *err)
{
    static const struct {
        const char *magic, *what;
        size_t size;
    } kinds[] = {
        {"PK\x03\x04", "a ZIP archive or an Excel workbook (.xlsx); save it as CSV", 4},
        {"\xD0\xCF\x11\xE0", "an old Excel workbook (.xls); save it as CSV", 4},
        {"%PDF-", "a PDF; ask the bank for CSV, OFX, CAMT or MT940", 5},
        {"\x1F\x8B", "compressed with gzip; send it with Content-Encoding: gzip", 2},
        {"\x28\xB5\x2F\xFD", "compressed with zstd; send it with Content-Encoding: zstd", 4},
        {"{\\rtf", "a rich text document; save it as plain text", 5},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (head.size >= kinds[i].size && memcmp(head.data, kinds[i].magic, kinds[i].size) == 0)
            return err_set(err, ERR_REJECT, "the file is %s", kinds[i].what);
    return 0;
}

/* A line that starts with ":20:", ":25:" or the like, or SWIFT's first block. */
static bool looks_mt940(struct str text)
{
    int tags = 0;
    bool line_start = true;
    for (size_t i = 0; i + 4 < text.size; i++) {
        const char *at = text.data + i;
        if (line_start && at[0] == ':' && at[1] >= '0' && at[1] <= '9' && at[2] >= '0' && at[2] <= '9' &&
            (at[3] == ':' || (at[4] == ':' && at[3] >= 'A' && at[3] <= 'Z')))
            tags++;
        line_start = at[0] == '\n' || at[0] == '\r' || (line_start && (unsigned char)at[0] <= ' ');
    }
    return tags >= 2 || (tags == 1 && str_starts(text, ":20:")) || str_starts(text, "{1:F0");
}

static bool looks_qif(struct str text)
{
    if (str_starts_nocase(text, "!type:") || str_starts_nocase(text, "!account") ||
        str_starts_nocase(text, "!option:") || str_starts_nocase(text, "!clear:"))
        return true;
    const char *type = find_nocase(text, "\n!type:");
    return type != NULL && type - text.data < 2048;
}

static bool looks_json(struct str text)
{
    if (text.size == 0 || (*text.data != '[' && *text.data != '{'))
        return false;
    struct str rest = skip_blank((struct str){text.data + 1, text.size - 1});
    return rest.size > 0 && strchr("\"{}[]", *rest.data) != NULL;
}

enum statement_format detect_format(struct str text, struct err *err)
{
    text = skip_blank(text);
    if (text.size == 0)
        return STATEMENT_CSV;
    struct str start = {text.data, text.size < 4096 ? text.size : 4096};
    if (rates_look_like(start)) {
        err_set(err, ERR_REJECT, "the file has exchange rates, not entries: send it to POST /v1/fx-rates");
        return STATEMENT_AUTO;
    }
    if (find_nocase(start, "<OFX>") != NULL || find_nocase(start, "OFXHEADER") != NULL ||
        find_nocase(start, "<?OFX") != NULL)
        return STATEMENT_OFX;
    if (*text.data == '<') {
        if (find_nocase(start, "camt.05") != NULL || find_nocase(start, "BkToCstmr") != NULL)
            return STATEMENT_CAMT;
        if (find_nocase(start, "<html") != NULL || find_nocase(start, "<table") != NULL)
            err_set(err, ERR_REJECT,
                    "the file is a page of HTML (some banks name it .xls); open it and save it as CSV");
        else
            err_set(err, ERR_REJECT, "the file is XML, but neither OFX nor camt.052, camt.053 or camt.054");
        return STATEMENT_AUTO;
    }
    if (looks_json(text))
        return STATEMENT_JSON;
    if (looks_qif(text))
        return STATEMENT_QIF;
    if (looks_mt940(text))
        return STATEMENT_MT940;
    return STATEMENT_CSV;
}

/* The value behind `name` in the head, to the first of `ends`. */
static struct str value_of(struct str head, const char *name, const char *ends)
{
    const char *at = find_nocase(head, name);
    if (at == NULL)
        return STR("");
    struct str rest = {at + strlen(name), head.size - (size_t)(at - head.data) - strlen(name)};
    while (rest.size > 0 && strchr(" \t=\"'", *rest.data) != NULL) {
        rest.data++;
        rest.size--;
    }
    size_t size = 0;
    while (size < rest.size && rest.data[size] != '\0' && strchr(ends, rest.data[size]) == NULL)
        size++;
    return str_trim((struct str){rest.data, size});
}

struct str detect_declared_encoding(struct str head)
{
    struct str start = {head.data, head.size < 2048 ? head.size : 2048};
    if (find_nocase(start, "<?xml") != NULL) {
        struct str xml = value_of(start, "encoding", "\"'? \r\n");
        if (xml.size > 0)
            return xml;
    }
    if (find_nocase(start, "OFXHEADER") == NULL)
        return STR("");
    /* ENCODING says USASCII or UNICODE; with USASCII the code page is CHARSET's. */
    struct str encoding = value_of(start, "ENCODING:", "\r\n<"),
               charset = value_of(start, "CHARSET:", "\r\n<");
    size_t blank = 0;
    while (blank < charset.size && charset.data[blank] != ' ')
        blank++;
    charset.size = blank; /* headers on one line */
    if (str_starts_nocase(encoding, "USASCII") || encoding.size == 0)
        return charset;
    while (encoding.size > 0 && memchr(encoding.data, ' ', encoding.size) != NULL)
        encoding.size--;
    return encoding;
}
