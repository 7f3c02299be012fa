#include "finance/default_categories.h"

const struct default_category_info default_categories[DEFAULT_CATEGORIES] = {
#define DEFAULT_GROUP(id, slug, name, kind)       {slug, name, kind, -1},
#define DEFAULT_LEAF(id, group, slug, name, kind) {slug, name, kind, CATEGORY_##group},
#include "finance/default_categories.def"
#undef DEFAULT_GROUP
#undef DEFAULT_LEAF
};

const char *category_kind_name(enum category_kind kind)
{
    static const char *const names[] = {"income", "expense", "transfer"};
    return names[kind];
}

int default_category_find(struct str slug)
{
    for (int i = 0; i < DEFAULT_CATEGORIES; i++)
        if (str_equal(slug, str_of(default_categories[i].slug)))
            return i;
    return -1;
}
