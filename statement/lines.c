#include "statement/lines.h"

void lines_init(struct lines *lines, struct statement *statement,
                int (*line)(struct statement *statement, const struct line *line, struct err *err))
{
    *lines = (struct lines){.statement = statement, .number = 1, .line = line};
    buf_init_in(&lines->text, &statement->arena, statement->options.limits.record_bytes);
}

static int end_line(struct lines *lines, struct err *err)
{
    struct line line = {reader_view(&lines->text), lines->number, lines->offset, lines->cut};
    int result = lines->line(lines->statement, &line, err);
    buf_reset(&lines->text);
    lines->cut = false;
    lines->started = false;
    lines->number++;
    return result;
}

static void add(struct lines *lines, const char *data, size_t size)
{
    size_t room = lines->text.limit - lines->text.size;
    if (size > room) {
        size = room;
        while (size > 0 && ((unsigned char)data[size] & 0xC0) == 0x80)
            size--;
        lines->cut = true;
        buf_add(&lines->text, data, size);
        lines->text.limit = lines->text.size; /* nothing more of this line */
        return;
    }
    buf_add(&lines->text, data, size);
}

int lines_feed(struct lines *lines, struct str text, int64_t offset, struct err *err)
{
    const char *at = text.data, *end = at + text.size, *mark = at;
    while (at < end) {
        if (lines->after_return) {
            lines->after_return = false;
            if (*at == '\n') {
                at++;
                continue;
            }
        }
        if (!lines->started) {
            lines->started = true;
            offset += reader_width(lines->statement, (struct str){mark, (size_t)(at - mark)});
            mark = at;
            lines->offset = offset;
            lines->text.limit = lines->statement->options.limits.record_bytes;
        }
        const char *stop = at;
        while (stop < end && *stop != '\n' && *stop != '\r')
            stop++;
        add(lines, at, (size_t)(stop - at));
        at = stop;
        if (at == end)
            break;
        lines->after_return = *at++ == '\r';
        if (end_line(lines, err) != 0)
            return -1;
    }
    return 0;
}

int lines_finish(struct lines *lines, struct err *err)
{
    return lines->started && lines->text.size > 0 ? end_line(lines, err) : 0;
}
