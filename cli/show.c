#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 16, CELL_MAX = 400 };

static void remove_at(int *argc, char **argv, int at, int count)
{
    memmove(argv + at, argv + at + count, (size_t)(*argc - at - count) * sizeof *argv);
    *argc -= count;
}

bool show_take_flag(int *argc, char **argv, const char *flag)
{
    for (int i = 1; i < *argc; i++)
        if (strcmp(argv[i], flag) == 0) {
            remove_at(argc, argv, i, 1);
            return true;
        }
    return false;
}

const char *show_take_value(int *argc, char **argv, const char *flag)
{
    for (int i = 1; i + 1 < *argc; i++)
        if (strcmp(argv[i], flag) == 0) {
            const char *value = argv[i + 1];
            remove_at(argc, argv, i, 2);
            return value;
        }
    return NULL;
}

static const char *cell(const json_t *value, char text[CELL_MAX])
{
    if (value == NULL || json_is_null(value))
        return "-";
    if (json_is_string(value))
        return json_string_value(value);
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    snprintf(text, CELL_MAX, "%s", dumped == NULL ? "" : dumped);
    free(dumped);
    return text;
}

/* The names of the longest row, and each column as wide as its widest cell. */
static void show_table(const json_t *rows)
{
    const char *names[COLUMNS_MAX];
    int widths[COLUMNS_MAX] = {0}, columns = 0;
    char text[CELL_MAX];
    size_t index, longest = 0;
    json_t *row;
    json_array_foreach(rows, index, row)
    {
        if (json_object_size(row) > json_object_size(json_array_get(rows, longest)))
            longest = index;
    }
    const char *name;
    json_t *value;
    json_object_foreach(json_array_get(rows, longest), name, value)
    {
        if (columns < COLUMNS_MAX) {
            widths[columns] = (int)strlen(name);
            names[columns++] = name;
        }
    }
    json_array_foreach(rows, index, row)
    {
        for (int i = 0; i < columns; i++) {
            int width = (int)strlen(cell(json_object_get(row, names[i]), text));
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    for (int i = 0; i < columns; i++)
        printf("%-*s%s", i + 1 < columns ? widths[i] + 2 : 0, names[i], i + 1 < columns ? "" : "\n");
    json_array_foreach(rows, index, row)
    {
        for (int i = 0; i < columns; i++)
            printf("%-*s%s", i + 1 < columns ? widths[i] + 2 : 0, cell(json_object_get(row, names[i]), text),
                   i + 1 < columns ? "" : "\n");
    }
}

void show_json(const char *json, bool as_json)
{
    json_t *value = as_json ? NULL : json_loads(json, JSON_DECODE_ANY, NULL);
    if (!json_is_object(value)) {
        puts(json);
        json_decref(value);
        return;
    }
    const char *name;
    json_t *member;
    char text[CELL_MAX];
    json_object_foreach(value, name, member)
    {
        if (json_is_array(member) && json_array_size(member) > 0 && json_is_object(json_array_get(member, 0)))
            show_table(member);
        else if (!json_is_array(member))
            printf("%s: %s\n", name, cell(member, text));
    }
    json_decref(value);
}

void show_value(const json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    putchar('\n');
}
