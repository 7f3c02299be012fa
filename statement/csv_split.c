#include "statement/csv_split.h"

#include <string.h>

enum state { FIELD_START, EQUALS, PLAIN, QUOTED, QUOTE_SEEN, BACKSLASH, BACKSLASH_QUOTE };

#define TOO_LONG   "the record is longer than a record may be"
#define TOO_WIDE   "the record has more columns than a record may have"
#define FIELD_LONG "a field is longer than a field may be"
#define UNCLOSED   "a quote is opened and never closed"

void csv_split_init(struct csv_split *split, const struct csv_split_options *options, struct arena *arena)
{
    *split = (struct csv_split){.options = *options, .line = 1};
    buf_init(&split->text, options->record_bytes);
    buf_init(&split->raw, options->record_bytes);
    split->starts = arena_array(arena, options->columns + 1, sizeof *split->starts);
    split->fields = arena_array(arena, options->columns + 1, sizeof *split->fields);
    split->special['\n'] = split->special['\r'] = true;
    split->special[(unsigned char)options->delimiter] = true;
}

void csv_split_free(struct csv_split *split)
{
    buf_free(&split->text);
    buf_free(&split->raw);
}

static int64_t width(const struct csv_split *split, const char *data, size_t size)
{
    return split->options.width == NULL
               ? (int64_t)size
               : split->options.width(split->options.context, (struct str){data, size});
}

static void begin_field(struct csv_split *split)
{
    split->state = FIELD_START;
    split->blank_start = false;
    if (split->count == split->options.columns) {
        split->broken = TOO_WIDE;
        return;
    }
    split->starts[split->count++] = split->text.size;
}

static void add(struct csv_split *split, const char *data, size_t size)
{
    if (split->broken == NULL)
        buf_add(&split->text, data, size);
    if (split->text.overflowed)
        split->broken = TOO_LONG;
    else if (split->broken == NULL &&
             split->text.size - split->starts[split->count - 1] > split->options.field_bytes)
        split->broken = FIELD_LONG;
}

/* ="12" is how programs keep spreadsheets from reading a text as a number. */
static struct str unwrap(struct str field)
{
    if (field.size >= 3 && field.data[0] == '=' && field.data[1] == '"' && field.data[field.size - 1] == '"')
        return (struct str){field.data + 2, field.size - 3};
    return field;
}

static int end_record(struct csv_split *split, struct err *err)
{
    split->in_record = false;
    split->state = FIELD_START;
    split->raw_active = false;
    bool blank = split->count == 1 && split->broken == NULL && split->text.size == 0;
    for (size_t i = 0; i < split->count; i++) {
        size_t end = i + 1 < split->count ? split->starts[i + 1] : split->text.size;
        split->fields[i] = unwrap((struct str){
            split->text.data == NULL ? "" : split->text.data + split->starts[i], end - split->starts[i]});
    }
    struct csv_record record = {
        .fields = split->fields,
        .count = split->count,
        .line = split->record_line,
        .offset = split->record_offset,
        .broken = split->broken,
        .replaced = split->record_replaced,
    };
    int result = blank ? 0 : split->options.record(split->options.context, &record, err);
    buf_reset(&split->text);
    split->count = 0;
    split->broken = NULL;
    return result;
}

/* Ends the record where its unclosed quote's first line ended and reads the rest again. */
static int read_again(struct csv_split *split, struct err *err)
{
    struct buf raw = split->raw;
    buf_init(&split->raw, split->options.record_bytes);
    if (!raw.overflowed) { /* else there is more to lose than a line */
        split->text.size = split->raw_text;
        split->text.overflowed = false;
        split->count = split->raw_count;
    }
    split->broken = UNCLOSED;
    int64_t offset = split->raw_offset;
    if (!raw.overflowed) {
        split->line = split->raw_line;
        split->carriage_returns = split->raw_returns;
    }
    int result = end_record(split, err);
    if (result == 0 && !raw.overflowed && raw.size > 0)
        result = csv_split_feed(split, (struct str){raw.data, raw.size}, offset, err);
    buf_free(&raw);
    return result;
}

/* Counts lines; the ends of CR runs count when what follows is seen. */
static void count_line_end(struct csv_split *split, char c)
{
    if (c == '\r') {
        split->carriage_returns++;
        return;
    }
    split->carriage_returns = 0;
    split->line++;
}

static void settle_lines(struct csv_split *split)
{
    split->line += split->carriage_returns;
    split->carriage_returns = 0;
}

static void start_raw(struct csv_split *split, int64_t offset)
{
    split->raw_active = true;
    buf_reset(&split->raw);
    split->raw_text = split->text.size;
    split->raw_count = split->count;
    split->raw_line = split->line;
    split->raw_returns = split->carriage_returns;
    split->raw_offset = offset;
}

/* A character inside quotes or behind a quote or backslash there. */
static void take_quoted(struct csv_split *split, char c)
{
    char quote = split->options.quote;
    switch (split->state) {
    case QUOTED:
        split->state = c == quote ? QUOTE_SEEN : c == '\\' ? BACKSLASH : QUOTED;
        if (c != quote)
            add(split, &c, 1);
        return;
    case BACKSLASH:
        split->state = c == quote ? BACKSLASH_QUOTE : c == '\\' ? BACKSLASH : QUOTED;
        if (c != quote)
            add(split, &c, 1);
        return;
    case BACKSLASH_QUOTE: /* neither delimiter nor line end: the quote was escaped */
        if (c == quote) {
            add(split, &quote, 1);
        } else {
            if (split->text.size > 0 && split->broken == NULL)
                split->text.size--;
            add(split, &quote, 1);
            add(split, &c, 1);
        }
        split->state = QUOTED;
        return;
    default: /* QUOTE_SEEN */
        add(split, &c, 1);
        split->state = c == quote ? QUOTED : PLAIN;
    }
}

/* One character that may matter. Line ends outside quotes end the record. */
static int take(struct csv_split *split, const char *at, const char *mark, int64_t offset, struct err *err)
{
    char c = *at;
    bool inside = split->state == QUOTED || split->state == BACKSLASH;
    bool line_end = c == '\n' || c == '\r';
    if (line_end) {
        count_line_end(split, c);
        if (!inside)
            return end_record(split, err);
        if (!split->raw_active) {
            start_raw(split, offset + width(split, mark, (size_t)(at - mark) + 1));
            add(split, &c, 1);
            return 0;
        }
    }
    if (!inside && c == split->options.delimiter) {
        begin_field(split);
        return 0;
    }
    if (split->state == FIELD_START) {
        if (c == split->options.quote && c != '\0') {
            if (split->blank_start)
                split->text.size = split->starts[split->count - 1];
            split->state = QUOTED;
            return 0;
        }
        split->blank_start = c == ' ';
        split->state = c == ' ' ? FIELD_START : c == '=' ? EQUALS : PLAIN;
        add(split, &c, 1);
        return 0;
    }
    if (split->state == EQUALS) {
        bool quoted = c == split->options.quote && c != '\0' && split->broken == NULL;
        if (quoted)
            split->text.size = split->starts[split->count - 1];
        else
            add(split, &c, 1);
        split->state = quoted ? QUOTED : PLAIN;
        return 0;
    }
    if (split->state == PLAIN)
        add(split, &c, 1);
    else
        take_quoted(split, c);
    return 0;
}

/* How many characters from `at` are ordinary in this state. */
static size_t ordinary(const struct csv_split *split, const char *at, const char *end)
{
    const char *start = at;
    if (split->state == PLAIN) {
        while (at < end && !split->special[(unsigned char)*at])
            at++;
    } else if (split->state == QUOTED) {
        while (at < end && *at != split->options.quote && *at != '\\' && *at != '\n' && *at != '\r')
            at++;
    }
    return (size_t)(at - start);
}

static int begin_record(struct csv_split *split, int64_t offset)
{
    split->in_record = true;
    split->record_line = split->line;
    split->record_offset = offset;
    split->record_replaced = split->options.replaced == NULL ? 0 : *split->options.replaced;
    begin_field(split);
    return 0;
}

/* An unclosed quote is noticed when its field passes the limit, or when what it swallowed can't be kept. */
static bool is_runaway(const struct csv_split *split)
{
    return split->broken != NULL && split->raw_active &&
           (split->state == QUOTED || split->state == BACKSLASH);
}

int csv_split_feed(struct csv_split *split, struct str text, int64_t offset, struct err *err)
{
    const char *at = text.data, *end = text.data + text.size, *mark = at;
    while (at < end) {
        if (*at != '\r' && *at != '\n')
            settle_lines(split);
        if (!split->in_record) {
            bool line_end = *at == '\n' || *at == '\r';
            if (line_end || split->line <= split->options.skip_lines) {
                if (line_end)
                    count_line_end(split, *at);
                at++;
                continue;
            }
            offset += width(split, mark, (size_t)(at - mark));
            mark = at;
            begin_record(split, offset);
        }
        size_t run = ordinary(split, at, end);
        size_t taken = run > 0 ? run : 1;
        bool raw = split->raw_active;
        if (run > 0)
            add(split, at, run);
        else if (take(split, at, mark, offset, err) != 0)
            return -1;
        if (raw && split->raw_active)
            buf_add(&split->raw, at, taken);
        at += taken;
        if (split->broken != NULL && is_runaway(split) && read_again(split, err) != 0)
            return -1;
    }
    return 0;
}

int csv_split_finish(struct csv_split *split, struct err *err)
{
    while (split->in_record) {
        if (split->state == QUOTED || split->state == BACKSLASH) {
            if (split->raw_active && !split->raw.overflowed) {
                if (read_again(split, err) != 0)
                    return -1;
                continue;
            }
            split->broken = UNCLOSED;
        }
        if (end_record(split, err) != 0)
            return -1;
    }
    return 0;
}
