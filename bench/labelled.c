#include "bench/labelled.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finance/date.h"

enum { COLUMNS = 5, DATE = 0, DESCRIPTION, AMOUNT, USER, CATEGORY };

static void fail(const char *path, size_t line, const char *what)
{
    fprintf(stderr, "%s:%zu: %s\n", path, line, what);
    exit(1);
}

/* Takes the field at *at apart in place and moves *at behind it. */
static char *field(char **at)
{
    char *from = *at, *to = *at, *start = *at;
    if (*from == '"') {
        for (from++; *from != '\0'; from++) {
            if (*from == '"' && *++from != '"')
                break;
            *to++ = *from;
        }
    } else {
        to = from += strcspn(from, ",");
    }
    *at = *from == ',' ? from + 1 : from;
    *to = '\0';
    return start;
}

static size_t user_of(struct labelled_file *file, const char *name)
{
    for (size_t i = file->user_count; i-- > 0;)
        if (strcmp(file->users[i].name, name) == 0)
            return i;
    file->users[file->user_count].name = name;
    return file->user_count++;
}

static char *read_all(const char *path, struct arena *arena, size_t *lines)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL || fseek(in, 0, SEEK_END) != 0)
        fail(path, 0, "can't be read");
    long size = ftell(in);
    rewind(in);
    char *text = arena_alloc(arena, (size_t)size + 1);
    if (fread(text, 1, (size_t)size, in) != (size_t)size)
        fail(path, 0, "can't be read");
    fclose(in);
    *lines = 1;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        ++*lines;
    return text;
}

void labelled_read(const char *path, struct arena *arena, struct labelled_file *file)
{
    size_t lines, count = 0;
    char *at = read_all(path, arena, &lines);
    struct labelled *rows = arena_array(arena, lines, sizeof *rows);
    struct normalised *texts = arena_array(arena, lines, sizeof *texts);
    size_t *users = arena_array(arena, lines, sizeof *users);
    file->users = arena_array(arena, lines, sizeof *file->users);
    file->rows = arena_array(arena, lines, sizeof *file->rows);
    file->user_count = 0;
    for (size_t line = 1; *at != '\0'; line++) {
        char *next = at + strcspn(at, "\n"), *fields[COLUMNS] = {NULL};
        bool ended = *next == '\0';
        next[0] = '\0';
        at[strcspn(at, "\r")] = '\0';
        for (int i = 0; i < COLUMNS && *at != '\0'; i++)
            fields[i] = field(&at);
        at = ended ? next : next + 1;
        if (line == 1)
            continue;
        if (fields[CATEGORY] == NULL || date_parse(str_of(fields[DATE]), &rows[count].date) != 0)
            fail(path, line, "is not date,description,amount,user,category");
        rows[count].description = fields[DESCRIPTION];
        rows[count].category = fields[CATEGORY];
        rows[count].amount_minor = llround(strtod(fields[AMOUNT], NULL) * 100);
        rows[count].text = &texts[count];
        normalise_text(str_of(fields[DESCRIPTION]), &texts[count]);
        users[count] = user_of(file, fields[USER]);
        file->users[users[count]].to++;
        count++;
    }
    size_t from = 0;
    for (size_t i = 0; i < file->user_count; i++) {
        size_t rows_of_user = file->users[i].to;
        file->users[i].from = file->users[i].to = from;
        from += rows_of_user;
    }
    for (size_t i = 0; i < count; i++)
        file->rows[file->users[users[i]].to++] = rows[i];
    file->row_count = count;
}
