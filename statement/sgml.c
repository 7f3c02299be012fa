#include "statement/sgml.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>

enum state { TEXT, TAG, CDATA, COMMENT };

void sgml_init(struct sgml *sgml, struct statement *statement)
{
    sgml->statement = statement;
    sgml->line = 1;
    sgml->state = TEXT;
    buf_init_in(&sgml->text, &statement->arena, statement->options.limits.field_bytes);
}

static void add_character(struct buf *out, unsigned long c)
{
    if (c < ' ' || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) {
        buf_add_char(out, ' ');
    } else if (c < 0x80) {
        buf_add_char(out, (char)c);
    } else if (c < 0x800) {
        buf_add_char(out, (char)(0xC0 | c >> 6));
        buf_add_char(out, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        buf_add_char(out, (char)(0xE0 | c >> 12));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_add_char(out, (char)(0xF0 | c >> 18));
        buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (c & 0x3F)));
    }
}

/* "&eacute;": those of OFX (SGML, 2.3.2.1) are five, banks write what HTML has. */
static size_t take_named_entity(struct str text, struct buf *out)
{
    char name[12];
    size_t size = 1;
    while (size < text.size && size < sizeof name && text.data[size] != ';') {
        name[size - 1] = text.data[size];
        size++;
    }
    if (size == text.size || text.data[size] != ';')
        return 0;
    name[size - 1] = '\0';
    const htmlEntityDesc *entity = htmlEntityLookup((const unsigned char *)name);
    if (entity == NULL)
        return 0;
    add_character(out, entity->value == 0xA0 ? ' ' : entity->value);
    return size + 1;
}

/* The entity at the start of `text`; its size, or 0 when it is none and the '&' stands for itself. */
static size_t take_entity(struct str text, struct buf *out)
{
    if (!str_starts(text, "&#"))
        return take_named_entity(text, out);
    char digits[12] = {0};
    size_t size = 2, base = 10, count = 0;
    if (text.size > 2 && (text.data[2] | 0x20) == 'x') {
        base = 16;
        size = 3;
    }
    while (size < text.size && count + 1 < sizeof digits && text.data[size] != ';')
        digits[count++] = text.data[size++];
    char *end;
    unsigned long c = strtoul(digits, &end, (int)base);
    if (count == 0 || *end != '\0' || size >= text.size || text.data[size] != ';' || digits[0] == '-' ||
        digits[0] == '+' || digits[0] == ' ')
        return 0;
    add_character(out, c);
    return size + 1;
}

static int end_leaf(struct sgml *sgml, struct err *err)
{
    struct buf plain, line;
    int result = 0;
    if (sgml->element[0] != '\0' && sgml->text.size > 0) {
        buf_init(&plain, sgml->text.limit + 4);
        buf_init(&line, sgml->text.limit + 4);
        struct str text = reader_view(&sgml->text);
        /* Inside CDATA '&' was written as 0x01, which sgml_feed takes out of the file's own text. */
        for (size_t i = 0, used; i < text.size; i += used) {
            used = text.data[i] == '&' ? take_entity((struct str){text.data + i, text.size - i}, &plain) : 0;
            if (used == 0) {
                buf_add_char(&plain, text.data[i] == '\x01' ? '&' : text.data[i]);
                used = 1;
            }
        }
        reader_add_line(&line, reader_view(&plain));
        if (line.size > 0)
            result = sgml->leaf(sgml->statement, sgml->element, reader_view(&line), err);
        buf_free(&plain);
        buf_free(&line);
    }
    buf_reset(&sgml->text);
    return result;
}

static int end_tag(struct sgml *sgml, struct err *err)
{
    char *name = sgml->tag;
    sgml->tag[sgml->tag_size] = '\0';
    if (name[0] == '!' || name[0] == '?')
        return 0;
    bool closing = name[0] == '/', empty = sgml->tag_size > 1 && name[sgml->tag_size - 1] == '/';
    name += closing;
    size_t prefix = strcspn(name, ": \t\r\n");
    if (name[prefix] == ':') /* of a namespace */
        name += prefix + 1;
    for (char *c = name; *c != '\0'; c++) {
        if ((unsigned char)*c <= ' ' || (*c == '/' && c > name)) {
            *c = '\0';
            break;
        }
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    }
    if (end_leaf(sgml, err) != 0)
        return -1;
    sgml->element[0] = '\0';
    if (closing)
        return sgml->close(sgml->statement, name, err);
    if (sgml->open(sgml->statement, name, err) != 0)
        return -1;
    if (empty)
        return sgml->close(sgml->statement, name, err);
    memcpy(sgml->element, name, strlen(name) + 1);
    return 0;
}

/* "<" turned out not to begin a tag. */
static void tag_as_text(struct sgml *sgml)
{
    buf_add_char(&sgml->text, '<');
    buf_add(&sgml->text, sgml->tag, sgml->tag_size);
    sgml->state = TEXT;
}

static bool begins_tag(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '/' || c == '!' || c == '?';
}

static int take_in_tag(struct sgml *sgml, char c, struct err *err)
{
    if (sgml->tag_size == 0 && !begins_tag(c)) {
        tag_as_text(sgml);
        if (c == '<')
            sgml->state = TAG;
        else
            buf_add_char(&sgml->text, c);
        return 0;
    }
    if (c == '>') {
        sgml->state = TEXT;
        return end_tag(sgml, err);
    }
    if (sgml->tag_size + 1 == sizeof sgml->tag || c == '<') {
        bool keep = sgml->tag[0] == '?' || sgml->tag[0] == '!'; /* long declarations say nothing */
        if (keep && c != '<') {
            sgml->tag_size = 1;
            return 0;
        }
        tag_as_text(sgml);
        if (c == '<') {
            sgml->state = TAG;
            sgml->tag_size = 0;
            sgml->tag_line = sgml->line;
        } else {
            buf_add_char(&sgml->text, c);
        }
        return 0;
    }
    sgml->tag[sgml->tag_size++] = c;
    sgml->matched = 0;
    if (sgml->tag_size == 8 && memcmp(sgml->tag, "![CDATA[", 8) == 0)
        sgml->state = CDATA;
    else if (sgml->tag_size == 3 && memcmp(sgml->tag, "!--", 3) == 0)
        sgml->state = COMMENT;
    return 0;
}

/* Ends CDATA at "]]>" and a comment at "-->". */
static void take_verbatim(struct sgml *sgml, char c)
{
    char closer = sgml->state == CDATA ? ']' : '-';
    bool keep = sgml->state == CDATA;
    if (sgml->matched == 2 && c == '>') {
        sgml->state = TEXT;
        return;
    }
    if (c == closer && sgml->matched < 2) {
        sgml->matched++;
        return;
    }
    for (; keep && sgml->matched > 0 && c != closer; sgml->matched--)
        buf_add_char(&sgml->text, closer);
    if (c != closer)
        sgml->matched = 0;
    if (keep)
        buf_add_char(&sgml->text, c == '&' ? '\x01' : c);
}

static void count_line(struct sgml *sgml, char c)
{
    if (c == '\r' || (c == '\n' && !sgml->after_return))
        sgml->line++;
    sgml->after_return = c == '\r';
}

int sgml_feed(struct sgml *sgml, struct str text, int64_t offset, struct err *err)
{
    const char *mark = text.data;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        count_line(sgml, c);
        if (sgml->state == TEXT && c == '<') {
            offset += reader_width(sgml->statement, (struct str){mark, (size_t)(text.data + i - mark)});
            mark = text.data + i;
            sgml->tag_line = sgml->line;
            sgml->tag_offset = offset;
            sgml->tag_size = 0;
            sgml->state = TAG;
        } else if (sgml->state == TEXT) {
            if (sgml->element[0] != '\0')
                buf_add_char(&sgml->text, c == '\x01' ? ' ' : c);
        } else if (sgml->state == TAG) {
            if (take_in_tag(sgml, c, err) != 0)
                return -1;
        } else {
            take_verbatim(sgml, c);
        }
    }
    return 0;
}

int sgml_finish(struct sgml *sgml, struct err *err)
{
    return end_leaf(sgml, err);
}
