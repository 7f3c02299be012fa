#define _GNU_SOURCE /* memmem */
#include "statement/rates.h"

#include <libxml/xmlreader.h>
#include <stdarg.h>
#include <stdio.h>

#include "finance/date.h"
#include "finance/money.h"
#include "statement/date_text.h"

enum { COLUMNS_MAX = 128 };
enum { DATE, BASE, QUOTE, RATE, PARTS };

struct reader {
    struct arena *arena;
    struct rates *rates;
    struct faults *faults;
    struct str head[COLUMNS_MAX]; /* the Bank's: currencies */
    char delimiter;
    int column[PARTS], columns;
    long line;
};

/* Says what is wrong with the line that is being read. */
static void PRINTF_LIKE(2, 3) wrong(struct reader *reader, const char *format, ...)
{
    char detail[200];
    struct faults *faults = reader->faults;
    size_t before = faults->count;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    faults_add(faults, "", "%s", detail);
    if (faults->count > before)
        faults->list[before].line = reader->line;
}

static bool is_full(const struct reader *reader)
{
    return reader->faults->count == reader->faults->limit;
}

static void *grown(struct arena *arena, void *old, size_t count, size_t capacity, size_t size)
{
    void *room = arena_array(arena, capacity, size);
    if (count > 0)
        memcpy(room, old, count * size);
    return room;
}

static void add(struct reader *reader, int32_t date, const char *base, const char *quote, const char *rate)
{
    struct rates *rates = reader->rates;
    if (rates->count == RATES_MAX) {
        wrong(reader, "is one rate too many: a file may have %d", RATES_MAX);
        reader->faults->limit = reader->faults->count;
        return;
    }
    if (rates->count == rates->capacity) {
        rates->capacity = rates->capacity == 0 ? 256 : rates->capacity * 2;
        rates->dates =
            grown(reader->arena, rates->dates, rates->count, rates->capacity, sizeof *rates->dates);
        rates->bases =
            grown(reader->arena, rates->bases, rates->count, rates->capacity, sizeof *rates->bases);
        rates->quotes =
            grown(reader->arena, rates->quotes, rates->count, rates->capacity, sizeof *rates->quotes);
        rates->rates =
            grown(reader->arena, rates->rates, rates->count, rates->capacity, sizeof *rates->rates);
    }
    rates->dates[rates->count] = date;
    rates->bases[rates->count] = base;
    rates->quotes[rates->count] = quote;
    rates->rates[rates->count++] = rate;
}

/* Digits with at most one mark, more than zero; NULL when it is not that. */
static const char *read_rate(struct reader *reader, struct str text)
{
    char *copy = arena_memdup(reader->arena, text.data, text.size);
    size_t digits = 0;
    bool has_mark = false, is_positive = false;
    for (char *c = copy; *c != '\0'; c++) {
        if (*c == ',' && reader->delimiter != ',')
            *c = '.';
        if (*c == '.' && !has_mark && digits > 0 && c[1] != '\0') {
            has_mark = true;
            continue;
        }
        if (*c < '0' || *c > '9' || ++digits > RATE_DIGITS_MAX)
            return NULL;
        is_positive = is_positive || *c != '0';
    }
    return is_positive && strlen(copy) == text.size ? copy : NULL;
}

static const struct currency *read_currency(struct str code)
{
    char upper[3];
    if (code.size != sizeof upper)
        return NULL;
    for (size_t i = 0; i < sizeof upper; i++)
        upper[i] =
            code.data[i] >= 'a' && code.data[i] <= 'z' ? (char)(code.data[i] - 'a' + 'A') : code.data[i];
    return currency_find((struct str){upper, sizeof upper});
}

/* A currency of the Bank's that we do not know is left out and named. */
static const char *bank_currency(struct reader *reader, struct str code)
{
    const struct currency *currency = read_currency(code);
    if (currency != NULL)
        return currency->code;
    struct rates *rates = reader->rates;
    for (size_t i = 0; i < rates->skipped_count; i++)
        if (str_equal(code, str_of(rates->skipped[i])))
            return NULL;
    if (code.size <= 8 && rates->skipped_count < sizeof rates->skipped / sizeof *rates->skipped)
        rates->skipped[rates->skipped_count++] = arena_memdup(reader->arena, code.data, code.size);
    return NULL;
}

/* CSV */

static struct str unquoted(struct str field)
{
    field = str_trim(field);
    if (field.size >= 2 && field.data[0] == '"' && field.data[field.size - 1] == '"')
        return str_trim((struct str){field.data + 1, field.size - 2});
    return field;
}

/* The fields of a line; more than there is room for: as many as there is. */
static int split(const struct reader *reader, struct str line, struct str fields[COLUMNS_MAX])
{
    int count = 0;
    struct str rest = line;
    bool more = true;
    while (more && count < COLUMNS_MAX) {
        const char *end = rest.data + rest.size;
        struct str field = str_split(rest, reader->delimiter, &rest);
        more = field.data + field.size < end;
        fields[count++] = unquoted(field);
    }
    return count;
}

static char delimiter_of(struct str line)
{
    for (const char *c = ";\t,"; *c != '\0'; c++)
        if (memchr(line.data, *c, line.size) != NULL)
            return *c;
    return ',';
}

static void split_head(struct reader *reader, struct str line)
{
    static const char *const names[PARTS] = {"date", "base", "quote", "rate"};
    reader->delimiter = delimiter_of(line);
    reader->columns = split(reader, line, reader->head);
    for (int part = 0; part < PARTS; part++) {
        reader->column[part] = -1;
        for (int i = 0; i < reader->columns; i++)
            if (str_equal_nocase(reader->head[i], str_of(names[part])))
                reader->column[part] = i;
    }
}

/* Is it our own form's, not the Bank's? */
static bool is_long_head(const struct reader *reader)
{
    return reader->column[BASE] >= 0 && reader->column[QUOTE] >= 0 && reader->column[RATE] >= 0;
}

static void read_head(struct reader *reader, struct str line)
{
    split_head(reader, line);
    bool is_bank = reader->column[DATE] == 0 && reader->columns > 1 && reader->head[1].size == 3;
    if (reader->column[DATE] < 0 || (!is_bank && !is_long_head(reader)))
        wrong(reader, "must name the columns date, base, quote and rate, or be the head of the European "
                      "Central Bank's file");
    else if (!is_long_head(reader))
        reader->column[RATE] = -1;
}

static void read_bank_line(struct reader *reader, const struct str *fields, int count)
{
    int32_t date;
    if (date_text_parse(fields[0], "%Y-%m-%d", &date) != 0 &&
        date_text_parse(fields[0], "%d %B %Y", &date) != 0) {
        wrong(reader, "has no date such as 2026-11-27 in its first column");
        return;
    }
    for (int i = 1; i < count && i < reader->columns; i++) {
        if (reader->head[i].size == 0 || fields[i].size == 0 || str_equal_nocase(fields[i], STR("N/A")))
            continue;
        const char *quote = bank_currency(reader, reader->head[i]);
        const char *rate = read_rate(reader, fields[i]);
        if (rate == NULL)
            wrong(reader, "has no rate in the column of %.*s", (int)reader->head[i].size,
                  reader->head[i].data);
        else if (quote != NULL)
            add(reader, date, "EUR", quote, rate);
    }
}

static void read_line(struct reader *reader, const struct str *fields, int count)
{
    for (int part = 0; part < PARTS; part++) {
        if (reader->column[part] < count)
            continue;
        wrong(reader, "has %d columns only", count);
        return;
    }
    int32_t date = 0;
    const struct currency *base = read_currency(fields[reader->column[BASE]]);
    const struct currency *quote = read_currency(fields[reader->column[QUOTE]]);
    const char *rate = read_rate(reader, fields[reader->column[RATE]]);
    if (date_parse(fields[reader->column[DATE]], &date) != 0)
        wrong(reader, "date: must be a day, YYYY-MM-DD");
    else if (base == NULL)
        wrong(reader, "base: is not a currency of ISO 4217");
    else if (quote == NULL)
        wrong(reader, "quote: is not a currency of ISO 4217");
    else if (base == quote)
        wrong(reader, "quote: is the same as base");
    else if (rate == NULL)
        wrong(reader, "rate: must be a decimal number over 0 such as 1.0823, of at most %d digits",
              RATE_DIGITS_MAX);
    else
        add(reader, date, base->code, quote->code, rate);
}

static void read_csv(struct reader *reader, struct str bytes)
{
    struct str rest = bytes, fields[COLUMNS_MAX];
    while (rest.size > 0 && !is_full(reader)) {
        struct str line = str_split(rest, '\n', &rest);
        reader->line++;
        if (line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        if (str_trim(line).size == 0)
            continue;
        if (reader->columns == 0) {
            read_head(reader, line);
            if (reader->faults->count > 0)
                return;
            continue;
        }
        int count = split(reader, line, fields);
        if (reader->column[RATE] < 0)
            read_bank_line(reader, fields, count);
        else
            read_line(reader, fields, count);
    }
}

/* XML */

static struct str attribute(struct reader *reader, xmlTextReaderPtr xml, const char *name)
{
    xmlChar *value = xmlTextReaderGetAttribute(xml, (const xmlChar *)name);
    if (value == NULL)
        return (struct str){NULL, 0};
    struct str copy = str_of(arena_strdup(reader->arena, (const char *)value));
    xmlFree(value);
    return copy;
}

static void read_cube(struct reader *reader, xmlTextReaderPtr xml, int32_t *date)
{
    struct str time = attribute(reader, xml, "time"), currency = attribute(reader, xml, "currency");
    reader->line = xmlTextReaderGetParserLineNumber(xml);
    if (time.data != NULL && date_parse(time, date) != 0) {
        *date = DATE_MAX;
        wrong(reader, "time: must be a day, YYYY-MM-DD");
    }
    if (currency.data == NULL)
        return;
    struct str text = attribute(reader, xml, "rate");
    const char *quote = bank_currency(reader, currency);
    const char *rate = text.data == NULL ? NULL : read_rate(reader, text);
    if (rate == NULL)
        wrong(reader, "rate: must be a decimal number over 0");
    else if (*date == DATE_MAX)
        wrong(reader, "stands in no Cube with a time");
    else if (quote != NULL)
        add(reader, *date, "EUR", quote, rate);
}

static void ignore_error(void *arg, const char *text, xmlParserSeverities severity,
                         xmlTextReaderLocatorPtr at)
{
    (void)arg, (void)text, (void)severity, (void)at;
}

static void read_xml(struct reader *reader, struct str bytes)
{
    xmlTextReaderPtr xml =
        xmlReaderForMemory(bytes.data, (int)bytes.size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_COMPACT);
    int32_t date = DATE_MAX;
    int result = -1;
    reader->line = 1;
    if (xml != NULL)
        xmlTextReaderSetErrorHandler(xml, ignore_error, NULL);
    while (xml != NULL && !is_full(reader) && (result = xmlTextReaderRead(xml)) == 1) {
        if (xmlTextReaderNodeType(xml) == XML_READER_TYPE_DOCUMENT_TYPE) {
            result = -1; /* nothing that declares entities is read */
            break;
        }
        if (xmlTextReaderNodeType(xml) == XML_READER_TYPE_ELEMENT &&
            xmlStrEqual(xmlTextReaderConstLocalName(xml), (const xmlChar *)"Cube"))
            read_cube(reader, xml, &date);
    }
    if (result < 0) {
        if (xml != NULL && xmlTextReaderGetParserLineNumber(xml) > 0)
            reader->line = xmlTextReaderGetParserLineNumber(xml);
        wrong(reader, "is where the XML can't be read any further");
    }
    xmlFreeTextReader(xml);
}

bool rates_look_like(struct str text)
{
    struct reader reader = {.arena = NULL};
    struct str rest, line = str_split(str_trim(text), '\n', &rest);
    if (str_starts(line, "<"))
        return memmem(text.data, text.size, "eurofxref", strlen("eurofxref")) != NULL;
    split_head(&reader, line);
    if (reader.column[DATE] < 0)
        return false;
    if (is_long_head(&reader))
        return true;
    int codes = 0;
    for (int i = 1; i < reader.columns; i++) {
        if (reader.head[i].size > 0 && read_currency(reader.head[i]) == NULL)
            return false;
        codes += reader.head[i].size > 0;
    }
    return reader.column[DATE] == 0 && codes > 1;
}

int rates_read(struct str bytes, struct arena *arena, struct rates *rates, struct faults *faults)
{
    struct reader reader = {.arena = arena, .rates = rates, .faults = faults};
    *rates = (struct rates){0};
    if (str_starts(bytes, "\xEF\xBB\xBF"))
        bytes = (struct str){bytes.data + 3, bytes.size - 3};
    if (!str_is_utf8(bytes))
        faults_add(faults, "", "is not a text in UTF-8");
    else if (str_starts(str_trim(bytes), "<"))
        read_xml(&reader, bytes);
    else
        read_csv(&reader, bytes);
    if (faults->count == 0 && rates->count == 0)
        faults_add(faults, "", "has no rates");
    return faults->count == 0 ? 0 : -1;
}
