#include "mail/template.h"

#include <string.h>

#include "base/buf.h"
#include "mail/message.h"

static void add_value(struct buf *out, const char *value, enum mail_form form)
{
    for (; *value != '\0'; value++) {
        const char *entity = form == MAIL_TEXT ? NULL
                             : *value == '&'   ? "&amp;"
                             : *value == '<'   ? "&lt;"
                             : *value == '>'   ? "&gt;"
                             : *value == '"'   ? "&quot;"
                             : *value == '\''  ? "&#39;"
                                               : NULL;
        if (entity != NULL)
            buf_add_text(out, entity);
        else
            buf_add_char(out, *value);
    }
}

static const struct mail_value *find_value(const struct mail_value *values, const char *name, size_t size)
{
    for (; values->name != NULL; values++)
        if (strlen(values->name) == size && memcmp(values->name, name, size) == 0)
            return values;
    return NULL;
}

char *mail_fill(struct arena *arena, const char *words, const struct mail_value *values, enum mail_form form)
{
    struct buf out;
    buf_init(&out, MAIL_MESSAGE_MAX);
    while (*words != '\0') {
        const char *end = *words == '{' ? strchr(words, '}') : NULL;
        const struct mail_value *value =
            end == NULL ? NULL : find_value(values, words + 1, (size_t)(end - words) - 1);
        if (value == NULL) {
            buf_add_char(&out, *words++);
        } else {
            add_value(&out, value->value, form);
            words = end + 1;
        }
    }
    char *filled = arena_memdup(arena, out.data == NULL ? "" : out.data, out.size);
    buf_free(&out);
    return filled;
}
