#include "ledger/categories.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "finance/default_categories.h"
#include "ledger/transactions.h"

struct category_body {
    const struct id *parent_id;
    const char *name, *kind, *color;
};

#define MEMBER(member) offsetof(struct category_body, member)

static bool is_color(const char *text)
{
    if (text[0] != '#' || strlen(text) != 7)
        return false;
    return strspn(text + 1, "0123456789abcdefABCDEF") == 6;
}

static void check_color(const char *color, struct faults *faults)
{
    if (color != NULL && !is_color(color))
        faults_add(faults, "/color", "must be a color such as #1f8a70");
}

static const char *finish(json_t *posted, struct arena *arena, struct faults *faults)
{
    return faults->count > 0 ? NULL : json_write(arena, posted);
}

const char *categories_body(json_t *posted, bool create, struct arena *arena, struct faults *faults)
{
    const struct json_field fields[] = {
        {"name", JSON_FIELD_TEXT, create ? JSON_REQUIRED : 0, 1, CATEGORY_NAME_MAX, MEMBER(name)},
        {"parent_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, MEMBER(parent_id)},
        {"kind", JSON_FIELD_TEXT, 0, 1, 20, MEMBER(kind)},
        {"color", JSON_FIELD_TEXT, JSON_NULLABLE, 1, 20, MEMBER(color)},
    };
    struct category_body body = {0};
    (void)!JSON_DECODE(posted, "", fields, &body, arena, faults); /* faults has it */
    check_color(body.color, faults);
    if (body.kind != NULL && strcmp(body.kind, "income") != 0 && strcmp(body.kind, "expense") != 0 &&
        strcmp(body.kind, "transfer") != 0)
        faults_add(faults, "/kind", "must be income, expense or transfer");
    if (create && body.kind == NULL && body.parent_id == NULL && json_object_get(posted, "kind") == NULL)
        faults_add(faults, "/kind", "is missing: a category without a parent needs its own");
    return finish(posted, arena, faults);
}

const char *tags_body(json_t *posted, bool create, struct arena *arena, struct faults *faults)
{
    const struct json_field fields[] = {
        {"name", JSON_FIELD_TEXT, create ? JSON_REQUIRED : 0, 1, TAG_NAME_MAX, MEMBER(name)},
        {"color", JSON_FIELD_TEXT, JSON_NULLABLE, 1, 20, MEMBER(color)},
    };
    struct category_body body = {0};
    (void)!JSON_DECODE(posted, "", fields, &body, arena, faults);
    check_color(body.color, faults);
    return finish(posted, arena, faults);
}

void categories_add_defaults(struct db_params *params)
{
    struct id *ids = arena_array(params->arena, DEFAULT_CATEGORIES, sizeof *ids);
    struct id *parents = arena_array(params->arena, DEFAULT_CATEGORIES, sizeof *parents);
    bool *are_groups = arena_array(params->arena, DEFAULT_CATEGORIES, sizeof *are_groups);
    const char **names = arena_array(params->arena, DEFAULT_CATEGORIES, sizeof *names);
    const char **kinds = arena_array(params->arena, DEFAULT_CATEGORIES, sizeof *kinds);
    const char **slugs = arena_array(params->arena, DEFAULT_CATEGORIES, sizeof *slugs);
    for (int i = 0; i < DEFAULT_CATEGORIES; i++) {
        const struct default_category_info *info = &default_categories[i];
        ids[i] = id_new();
        are_groups[i] = info->parent < 0;
        if (info->parent >= 0)
            parents[i] = ids[info->parent];
        names[i] = info->name;
        kinds[i] = category_kind_name(info->kind);
        slugs[i] = info->slug;
    }
    db_add_ids(params, ids, NULL, DEFAULT_CATEGORIES);
    db_add_ids(params, parents, are_groups, DEFAULT_CATEGORIES);
    db_add_texts(params, names, DEFAULT_CATEGORIES);
    db_add_texts(params, kinds, DEFAULT_CATEGORIES);
    db_add_texts(params, slugs, DEFAULT_CATEGORIES);
}
