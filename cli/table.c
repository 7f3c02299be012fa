#include "cli/table.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/str.h"

void table_init(struct table *table, struct arena *arena, const char *const *heads)
{
    *table = (struct table){.arena = arena, .heads = heads};
    while (heads[table->columns] != NULL)
        table->columns++;
}

/* What a terminal would obey is not sent to it. */
static const char *clean(struct arena *arena, const char *text)
{
    if (text == NULL)
        return "";
    if (!str_has_control(str_of(text)))
        return text;
    char *copy = arena_strdup(arena, text);
    for (char *c = copy; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = ' ';
    return copy;
}

void table_add(struct table *table, const char *const *cells)
{
    if (table->rows == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
        const char **grown = arena_array(table->arena, capacity * table->columns, sizeof *grown);
        if (table->rows > 0)
            memcpy(grown, table->cells, table->rows * table->columns * sizeof *grown);
        table->cells = grown;
        table->capacity = capacity;
    }
    for (size_t i = 0; i < table->columns; i++)
        table->cells[table->rows * table->columns + i] = clean(table->arena, cells[i]);
    table->rows++;
}

/* Columns on a terminal: two for what is wide in East Asia, none for marks that stand on a letter (UAX #11).
 */
static size_t width_of(const char *text)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    utf8proc_int32_t point;
    size_t width = 0;
    for (utf8proc_ssize_t size; *at != '\0'; at += size) {
        size = utf8proc_iterate(at, -1, &point);
        if (size < 1) { /* not UTF-8: a terminal shows something for each byte */
            size = 1;
            point = '?';
        }
        width += (size_t)utf8proc_charwidth(point);
    }
    return width;
}

static void print_row(const struct table *table, const char *const *cells, const size_t *widths)
{
    for (size_t i = 0; i < table->columns; i++) {
        int pad = (int)(widths[i] - width_of(cells[i]));
        if (table->heads[i][0] == '>')
            printf("%*s%s", pad, "", cells[i]);
        else
            printf("%s%*s", cells[i], i + 1 < table->columns ? pad : 0, "");
        fputs(i + 1 < table->columns ? "  " : "\n", stdout);
    }
}

void table_print(const struct table *table)
{
    const char *heads[TABLE_COLUMNS_MAX];
    size_t widths[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < table->columns; i++) {
        heads[i] = table->heads[i] + (table->heads[i][0] == '>');
        widths[i] = width_of(heads[i]);
        for (size_t row = 0; row < table->rows; row++) {
            size_t width = width_of(table->cells[row * table->columns + i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    print_row(table, heads, widths);
    for (size_t row = 0; row < table->rows; row++)
        print_row(table, table->cells + row * table->columns, widths);
}
