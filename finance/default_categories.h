#ifndef FINANCE_DEFAULT_CATEGORIES_H
#define FINANCE_DEFAULT_CATEGORIES_H

/*
 * The categories a new user starts with: a tree of two levels. The leaves are also the meanings that the
 * lexicon knows (finance/lexicon): a word stands for one of them, and so does the name of a category that a
 * user made himself. The slug is what is stored of it and never changes; the name is shown and may.
 */

#include "base/str.h"

enum default_category {
#define DEFAULT_GROUP(id, slug, name, kind)       CATEGORY_##id,
#define DEFAULT_LEAF(id, group, slug, name, kind) CATEGORY_##id,
#include "finance/default_categories.def"
#undef DEFAULT_GROUP
#undef DEFAULT_LEAF
    DEFAULT_CATEGORIES,
};

enum category_kind { CATEGORY_INCOME, CATEGORY_EXPENSE, CATEGORY_TRANSFER };

struct default_category_info {
    const char *slug, *name;
    enum category_kind kind;
    int parent; /* an enum default_category that stands earlier in the table, -1 for a group */
};

extern const struct default_category_info default_categories[DEFAULT_CATEGORIES];

/* "income", "expense", "transfer"; static. */
const char *category_kind_name(enum category_kind kind);

/* The category of a slug, -1 when there is none. */
int default_category_find(struct str slug);

#endif
