#include "base/log.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { LOG_LINE_LIMIT = 4096 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static const char *log_program = "purser";
static enum log_level log_lowest = LOG_INFO;
static bool log_as_json;

void log_open(const char *program, const char *level, const char *format)
{
    log_program = program;
    log_as_json = strcmp(format, "json") == 0;
    for (int i = LOG_DEBUG; i <= LOG_ERROR; i++)
        if (strcmp(level, level_names[i]) == 0)
            log_lowest = (enum log_level)i;
}

static bool needs_quotes(const char *text)
{
    if (*text == '\0')
        return true;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == '"' || *text == '=' || *text == '\\' || *text == 0x7F)
            return true;
    return false;
}

/* Both formats quote alike: a control character becomes \u00XX, so that a value can't forge a second line. */
static void add_quoted(struct buf *line, const char *text)
{
    buf_add_char(line, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            buf_printf(line, "\\%c", c);
        else if (c < ' ' || c == 0x7F)
            buf_printf(line, "\\u%04x", c);
        else
            buf_add_char(line, (char)c);
    }
    buf_add_char(line, '"');
}

static void add_field(struct buf *line, const struct log_field *field)
{
    bool first = line->size == 0 || line->data[line->size - 1] == '{';
    if (log_as_json) {
        buf_add_text(line, first ? "" : ",");
        add_quoted(line, field->key);
        buf_add_char(line, ':');
    } else {
        buf_printf(line, "%s%s=", first ? "" : " ", field->key);
    }
    if (field->text == NULL)
        buf_printf(line, "%" PRId64, field->number);
    else if (log_as_json || needs_quotes(field->text))
        add_quoted(line, field->text);
    else
        buf_add_text(line, field->text);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    if (level < log_lowest)
        return;
    char now[CLOCK_TEXT_SIZE];
    clock_format(clock_wall_ms(), now);
    struct buf line;
    buf_init(&line, LOG_LINE_LIMIT);
    if (log_as_json)
        buf_add_char(&line, '{');
    const struct log_field head[] = {LOG_TEXT("ts", now), LOG_TEXT("level", level_names[level]),
                                     LOG_TEXT("program", log_program), LOG_TEXT("event", event)};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        add_field(&line, &head[i]);
    for (; fields->key != NULL; fields++) {
        size_t before = line.size;
        add_field(&line, fields);
        if (line.overflowed) { /* a field that does not fit is left out whole, so that the line stays
                                  well-formed */
            line.size = before;
            line.overflowed = false;
            break;
        }
    }
    /* 2 bytes were never refused: the head is short and a field that filled the buffer was taken back. */
    line.limit += 2;
    buf_add_text(&line, log_as_json ? "}\n" : "\n");
    ssize_t written = write(STDERR_FILENO, line.data, line.size);
    (void)written; /* nowhere left to say that the log is broken */
    buf_free(&line);
}
