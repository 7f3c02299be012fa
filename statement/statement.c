#include "statement/statement.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/settings.h"
#include "statement/detect.h"
#include "statement/reader.h"

enum { REJECT_TEXT_SIZE = 200 };

static const struct {
    const char *name;
    const struct reader *reader;
} formats[] = {
    [STATEMENT_AUTO] = {"auto", NULL},         [STATEMENT_CSV] = {"csv", &reader_csv},
    [STATEMENT_OFX] = {"ofx", &reader_ofx},    [STATEMENT_QIF] = {"qif", &reader_qif},
    [STATEMENT_CAMT] = {"camt", &reader_camt}, [STATEMENT_MT940] = {"mt940", &reader_mt940},
    [STATEMENT_JSON] = {"json", &reader_json},
};

const char *statement_format_name(enum statement_format format)
{
    return formats[format].name;
}

int statement_format_parse(struct str name, enum statement_format *format)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (str_equal(name, str_of(formats[i].name))) {
            *format = (enum statement_format)i;
            return 0;
        }
    return -1;
}

struct statement_limits statement_limits_of_settings(void)
{
    return (struct statement_limits){
        .head_bytes = (size_t)settings.statement_head_bytes,
        .record_bytes = (size_t)settings.statement_record_bytes,
        .field_bytes = (size_t)settings.statement_field_bytes,
        .columns = (size_t)settings.statement_columns,
        .statements = (size_t)settings.statement_parts,
    };
}

struct statement *statement_open(const struct statement_options *options)
{
    struct statement *statement = calloc(1, sizeof *statement);
    if (statement == NULL)
        abort();
    arena_init(&statement->arena);
    statement->options = *options;
    statement->decoder.converter = (iconv_t)-1;
    statement->facts.certainty = 100;
    buf_init(&statement->head, options->limits.head_bytes);
    return statement;
}

void statement_close(struct statement *statement)
{
    if (statement == NULL)
        return;
    buf_free(&statement->head);
    decoder_close(&statement->decoder);
    arena_free(&statement->arena);
    free(statement->facts.statements);
    free(statement);
}

const struct statement_facts *statement_facts(const struct statement *statement)
{
    return &statement->facts;
}

static int feed_reader(void *context, struct str text, int64_t offset, struct err *err)
{
    struct statement *statement = context;
    return statement->reader->text(statement, text, offset, err);
}

static int collect_head(void *context, struct str text, int64_t offset, struct err *err)
{
    (void)offset;
    (void)err;
    buf_add(context, text.data, text.size);
    return 0;
}

/* The head, decoded, without what comes behind it. */
static int decode_head(const struct encoding *encoding, struct str head, struct buf *text, struct err *err)
{
    struct decoder decoder;
    if (decoder_open(&decoder, encoding, collect_head, text, err) != 0)
        return -1;
    int result = decoder_feed(&decoder, head.data, head.size, err);
    decoder_close(&decoder);
    return result;
}

static int choose_reader(struct statement *statement, struct str text, bool whole, struct err *err)
{
    enum statement_format format = statement->options.format;
    if (format == STATEMENT_AUTO)
        format = detect_format(text, err);
    if (format == STATEMENT_AUTO)
        return -1;
    statement->facts.format = format;
    statement->reader = formats[format].reader;
    return statement->reader->open(statement, text, whole, err);
}

struct trial {
    int64_t rows, rejects;
};

static int try_row(void *context, const struct statement_row *row, struct err *err)
{
    (void)row, (void)err;
    struct trial *trial = context;
    trial->rows++;
    return 0;
}

static int try_reject(void *context, const struct statement_reject *reject, struct err *err)
{
    (void)reject, (void)err;
    struct trial *trial = context;
    trial->rejects++;
    return 0;
}

/* Whether most rows of the head can be read by the mapping. */
static bool mapping_fits(const struct statement *statement, struct str head)
{
    struct trial trial = {0};
    struct err err;
    struct statement_options options = statement->options;
    options.remembered = false;
    options.context = &trial;
    options.row = try_row;
    options.reject = try_reject;
    struct statement *reader = statement_open(&options);
    int result = statement_feed(reader, head.data, head.size, &err);
    if (result == 0)
        result = statement_finish(reader, &err);
    statement_close(reader);
    return result == 0 && trial.rows > trial.rejects;
}

/* Decides format and encoding by the head and gives it to the reader. */
static int start(struct statement *statement, bool whole, struct err *err)
{
    statement->started = true;
    struct str head = reader_view(&statement->head);
    statement->facts.recalled =
        statement->options.remembered && statement->options.mapping != NULL && mapping_fits(statement, head);
    if (statement->options.remembered && !statement->facts.recalled)
        statement->options.mapping = NULL;
    const struct mapping *mapping = statement->options.mapping;
    struct str given = mapping != NULL && mapping->encoding != NULL ? str_of(mapping->encoding) : STR("");
    if (detect_refuse_binary(head, err) != 0 ||
        encoding_choose(head, whole, given, detect_declared_encoding(head), &statement->encoding, err) != 0)
        return -1;
    snprintf(statement->facts.encoding, sizeof statement->facts.encoding, "%s", statement->encoding.name);
    statement->facts.encoding_assumed = statement->encoding.assumed;
    struct buf text;
    buf_init(&text, head.size * 4 + 16);
    int result = decode_head(&statement->encoding, head, &text, err);
    if (result == 0)
        result = choose_reader(statement, reader_view(&text), whole, err);
    buf_free(&text);
    if (result != 0 ||
        decoder_open(&statement->decoder, &statement->encoding, feed_reader, statement, err) != 0)
        return -1;
    result = decoder_feed(&statement->decoder, head.data, head.size, err);
    buf_free(&statement->head);
    return result;
}

int statement_feed(struct statement *statement, const void *data, size_t size, struct err *err)
{
    const char *bytes = data;
    if (!statement->started) {
        size_t room = statement->options.limits.head_bytes - statement->head.size,
               taken = size < room ? size : room;
        buf_add(&statement->head, bytes, taken);
        bytes += taken;
        size -= taken;
        if (size == 0)
            return 0;
        if (start(statement, false, err) != 0)
            return -1;
    }
    return decoder_feed(&statement->decoder, bytes, size, err);
}

int statement_finish(struct statement *statement, struct err *err)
{
    if (!statement->started && start(statement, true, err) != 0)
        return -1;
    if (decoder_finish(&statement->decoder, err) != 0 || statement->reader->finish(statement, err) != 0)
        return -1;
    statement->facts.replaced = statement->decoder.replaced;
    return 0;
}

enum statement_proof statement_part_proof(const struct statement_part *part, int64_t *difference_minor)
{
    *difference_minor = 0;
    int64_t expected;
    if (!part->has_opening || !part->has_closing || part->foreign ||
        money_add(part->opening_minor, part->sum_minor, &expected) != 0)
        return STATEMENT_NOT_STATED;
    *difference_minor = part->closing_minor - expected;
    return *difference_minor == 0 ? STATEMENT_PROVED : STATEMENT_MISMATCH;
}

int reader_begin_part(struct statement *statement, struct err *err)
{
    struct statement_facts *facts = &statement->facts;
    if (facts->statement_count >= statement->options.limits.statements)
        return err_set(err, ERR_REJECT, "the file has more than %zu statements",
                       statement->options.limits.statements);
    if (facts->statement_count == statement->part_capacity) {
        size_t capacity = statement->part_capacity == 0 ? 4 : statement->part_capacity * 2;
        struct statement_part *parts = realloc(facts->statements, capacity * sizeof *parts);
        if (parts == NULL)
            abort();
        facts->statements = parts;
        statement->part_capacity = capacity;
    }
    facts->statements[facts->statement_count++] = (struct statement_part){0};
    return 0;
}

struct statement_part *reader_part(struct statement *statement)
{
    if (statement->facts.statement_count == 0 && reader_begin_part(statement, NULL) != 0)
        return NULL;
    return &statement->facts.statements[statement->facts.statement_count - 1];
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

void reader_copy(char *out, size_t size, struct str text)
{
    size_t length = text.size < size - 1 ? text.size : size - 1;
    while (length > 0 && length < text.size && continues_character(text.data[length]))
        length--;
    memcpy(out, text.data, length);
    out[length] = '\0';
}

static void count_row(struct statement_part *part, const struct statement_row *row)
{
    if (row->pending) {
        part->pending++;
        return;
    }
    part->rows++;
    if (part->currency[0] == '\0')
        memcpy(part->currency, row->currency->code, 4);
    if (memcmp(part->currency, row->currency->code, 4) != 0 ||
        money_add(part->sum_minor, row->amount_minor, &part->sum_minor) != 0)
        part->foreign = true;
}

/* An empty text is "", so that whoever takes it may hand it to anything. */
static void fill_empty(struct statement_row *row)
{
    struct str *texts[] = {&row->description, &row->payee, &row->counterparty, &row->memo,
                           &row->reference,   &row->type,  &row->category};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i]->data == NULL)
            *texts[i] = STR("");
}

int reader_row(struct statement *statement, struct statement_row *row, struct err *err)
{
    struct statement_part *part = reader_part(statement);
    if (part == NULL)
        return err_set(err, ERR_REJECT, "the file has more than %zu statements",
                       statement->options.limits.statements);
    row->ordinal = statement->ordinal++;
    row->statement = statement->facts.statement_count - 1;
    fill_empty(row);
    count_row(part, row);
    if (row->pending)
        statement->facts.pending++;
    else
        statement->facts.rows++;
    return statement->options.row(statement->options.context, row, err);
}

/* Takes out the halves of characters that cutting left. */
static void drop_broken(char *text)
{
    char *out = text;
    while (*text != '\0') {
        size_t size = 1;
        while (size < 4 && continues_character(text[size]))
            size++;
        if (str_is_utf8((struct str){text, size})) {
            memmove(out, text, size);
            out += size;
        } else {
            size = 1;
        }
        text += size;
    }
    *out = '\0';
}

int reader_reject(struct statement *statement, int64_t line, int64_t offset, struct str text, struct err *err,
                  const char *format, ...)
{
    struct statement_part *part = reader_part(statement);
    if (part == NULL)
        return err_set(err, ERR_REJECT, "the file has more than %zu statements",
                       statement->options.limits.statements);
    char reason[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    drop_broken(reason);
    char cut[REJECT_TEXT_SIZE];
    reader_copy(cut, sizeof cut, text);
    struct buf shown;
    buf_init(&shown, REJECT_TEXT_SIZE);
    reader_add_line(&shown, str_of(cut));
    part->rejected++;
    statement->facts.rejected++;
    struct statement_reject reject = {
        .ordinal = statement->ordinal++,
        .line = line,
        .offset = offset,
        .statement = statement->facts.statement_count - 1,
        .reason = reason,
        .text = reader_view(&shown),
    };
    int result = statement->options.reject(statement->options.context, &reject, err);
    buf_free(&shown);
    return result;
}

int64_t reader_width(const struct statement *statement, struct str text)
{
    return encoding_width(&statement->encoding, text);
}

/* Bytes of the character at `at`; 0 when there is only a piece of one, which cutting to a limit leaves. */
static size_t whole_character(struct str text, size_t at)
{
    size_t size = 1;
    if ((unsigned char)text.data[at] < 0x80)
        return 1;
    while (size < 4 && at + size < text.size && continues_character(text.data[at + size]))
        size++;
    return str_is_utf8((struct str){text.data + at, size}) ? size : 0;
}

void reader_add_line(struct buf *out, struct str text)
{
    bool blank = false, begun = false;
    for (size_t i = 0, size; i<text.size; i += size> 0 ? size : 1) {
        unsigned char c = (unsigned char)text.data[i];
        size = whole_character(text, i);
        if (c <= ' ' || c == 0x7F) {
            blank = begun;
            continue;
        }
        if (blank)
            buf_add_char(out, ' ');
        blank = false;
        begun = true;
        buf_add(out, text.data + i, size);
    }
}

void reader_add_words(struct buf *out, struct str text)
{
    size_t before = out->size;
    if (before > 0)
        buf_add_char(out, ' ');
    size_t start_at = out->size;
    reader_add_line(out, text);
    if (out->size == start_at && out->size > before)
        out->size = before;
}
