#ifndef CLI_TABLE_H
#define CLI_TABLE_H

/* A table for people: columns as wide as their widest cell, two blanks between them. Texts must live until it
 * is printed. */

#include <stddef.h>

#include "base/arena.h"

enum { TABLE_COLUMNS_MAX = 12 };

struct table {
    struct arena *arena;
    const char *const *heads; /* ends with NULL; a head that starts with '>' stands right, as numbers do */
    size_t columns, rows, capacity;
    const char **cells;
};

void table_init(struct table *table, struct arena *arena, const char *const *heads);

/* One cell a column; NULL is empty. Control characters are shown as blanks. */
void table_add(struct table *table, const char *const *cells);
void table_print(const struct table *table);

#endif
