#include "ledger/labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/settings.h"

enum { PARENTS_MAX = 16, THOUSAND = 1000 };

void learners_params(struct db_params *params, const struct id *users, size_t count)
{
    db_add_ids(params, users, NULL, count);
    db_add_int(params, settings.classifier_target_permille);
}

static int by_user(const void *a, const void *b)
{
    const struct learner *x = a, *y = b;
    return memcmp(&x->user, &y->user, sizeof x->user);
}

/* The oldest labels leave in groups of a quarter, so that a model is not built anew for each label. A pure
 * function of the log. */
static int64_t labels_to_skip(int64_t labels)
{
    int64_t most = settings.classifier_labels_max, group = most / 4;
    return labels <= most ? 0 : (labels - most + group - 1) / group * group;
}

size_t learners_read(const struct db_rows *rows, struct learner *list)
{
    for (int i = 0; i < rows->count; i++)
        list[i] = (struct learner){
            .user = rows_id(rows, i, 0),
            .revision = rows_int(rows, i, 1),
            .rewritten = rows_int(rows, i, 2),
            .labels = rows_int(rows, i, 3),
            .skip = labels_to_skip(rows_int(rows, i, 3)),
            .target = (float)rows_int(rows, i, 4) / THOUSAND,
            .has_scored = !rows_is_null(rows, i, 5),
            .scored_key = (uint64_t)rows_int(rows, i, 5),
            .prior_version = rows_int(rows, i, 6),
            .currency = rows_text(rows, i, 7),
        };
    qsort(list, (size_t)rows->count, sizeof *list, by_user);
    return (size_t)rows->count;
}

static void add_users(struct db_params *params, const struct learner *learners, size_t count)
{
    struct id *users = arena_array(params->arena, count, sizeof *users);
    for (size_t i = 0; i < count; i++)
        users[i] = learners[i].user;
    db_add_ids(params, users, NULL, count);
}

void learners_category_params(struct db_params *params, const struct learner *learners, size_t count)
{
    add_users(params, learners, count);
}

static int kind_of(const char *name)
{
    for (int kind = CATEGORY_INCOME; kind <= CATEGORY_TRANSFER; kind++)
        if (strcmp(name, category_kind_name((enum category_kind)kind)) == 0)
            return kind;
    return CLASSIFIER_NONE;
}

static const struct learner_category *find_category(const struct learner_category *list, size_t count,
                                                    const struct id *id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(&list[middle].id, id, sizeof *id);
        if (order == 0)
            return &list[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* "Food: Groceries"; a parent that is missing, or a circle, ends the walk. */
static const char *path_of(const struct learner_category *list, size_t count,
                           const struct learner_category *category, struct arena *arena)
{
    const char *path = category->name;
    for (int depth = 0; category->has_parent && depth < PARENTS_MAX; depth++) {
        category = find_category(list, count, &category->parent);
        if (category == NULL)
            break;
        path = arena_printf(arena, "%s: %s", category->name, path);
    }
    return path;
}

/* The rows [from, to) are the categories of one learner. */
static void take_categories(struct learner *learner, const struct db_rows *rows, int from, int to,
                            struct arena *arena)
{
    size_t count = (size_t)(to - from);
    struct learner_category *list = arena_array(arena, count, sizeof *list);
    const char **paths = arena_array(arena, count, sizeof *paths);
    for (size_t i = 0; i < count; i++) {
        int row = from + (int)i;
        const char *slug = rows_text(rows, row, 5);
        list[i] = (struct learner_category){
            .id = rows_id(rows, row, 1),
            .parent = rows_id(rows, row, 2),
            .has_parent = !rows_is_null(rows, row, 2),
            .name = rows_text(rows, row, 3),
            .class = {.kind = kind_of(rows_text(rows, row, 4)),
                      .default_category =
                          slug == NULL ? CLASSIFIER_NONE : default_category_find(str_of(slug))},
        };
    }
    for (size_t i = 0; i < count; i++)
        paths[i] = path_of(list, count, &list[i], arena);
    for (size_t i = 0; i < count; i++) {
        list[i].name = paths[i];
        list[i].class.name = str_of(paths[i]);
    }
    learner->categories = list;
    learner->category_count = count < CLASSIFIER_CLASSES_MAX ? count : CLASSIFIER_CLASSES_MAX;
}

static uint64_t hash_int(uint64_t hash, int64_t value)
{
    return hash_fnv1a(hash, &value, sizeof value);
}

/* Of all but the labels. The ids of categories are no part of it: a model knows classes by their order. */
static uint64_t key_of(const struct learner *learner)
{
    uint64_t hash = hash_int(HASH_FNV_START, CLASSIFIER_VERSION);
    hash = hash_int(hash, learner->prior_version);
    hash = hash_fnv1a(hash, &learner->target, sizeof learner->target);
    for (size_t i = 0; i < learner->category_count; i++) {
        const struct classifier_class *class = &learner->categories[i].class;
        hash = hash_fnv1a(hash, class->name.data, class->name.size + 1);
        hash = hash_int(hash_int(hash, class->kind), class->default_category);
    }
    return hash;
}

void learners_read_categories(const struct db_rows *rows, struct arena *arena, struct learner *learners,
                              size_t count)
{
    int row = 0;
    for (size_t i = 0; i < count; i++) {
        int from = row;
        for (; row < rows->count; row++) {
            struct id user = rows_id(rows, row, 0);
            if (!id_equal(&user, &learners[i].user))
                break;
        }
        take_categories(&learners[i], rows, from, row, arena);
        learners[i].key = key_of(&learners[i]);
    }
}

int learner_class(const struct learner *learner, const struct id *category)
{
    const struct learner_category *found =
        find_category(learner->categories, learner->category_count, category);
    return found == NULL ? CLASSIFIER_NONE : (int)(found - learner->categories);
}

uint64_t learner_model_key(const struct learner *learner)
{
    return hash_int(hash_int(learner->key, learner->revision), learner->skip);
}

void learners_label_params(struct db_params *params, const struct learner *learners, const int64_t *after,
                           size_t count)
{
    int64_t *at = arena_array(params->arena, count, sizeof *at);
    int64_t *skip = arena_array(params->arena, count, sizeof *skip);
    for (size_t i = 0; i < count; i++) {
        at[i] = learners[i].revision;
        skip[i] = after[i] == 0 ? learners[i].skip : 0;
    }
    add_users(params, learners, count);
    db_add_ints(params, after, NULL, count);
    db_add_ints(params, at, NULL, count);
    db_add_ints(params, skip, NULL, count);
}

/* False: the label's category is no class, so it teaches nothing. */
static bool read_label(const struct learner *learner, const struct db_rows *rows, int row,
                       struct classifier_label *label)
{
    enum { USER, DESCRIPTION, AMOUNT, EXPONENT, DATE, CATEGORY, SHOWN, SHOWN_CONFIDENCE };
    struct id category = rows_id(rows, row, CATEGORY), shown = rows_id(rows, row, SHOWN);
    int class = learner_class(learner, &category);
    int shown_class = rows_is_null(rows, row, SHOWN) ? CLASSIFIER_NONE : learner_class(learner, &shown);
    *label = (struct classifier_label){
        .text = rows_bytes(rows, row, DESCRIPTION),
        .amount_minor = rows_int(rows, row, AMOUNT),
        .exponent = (uint8_t)rows_int(rows, row, EXPONENT),
        .date = rows_date(rows, row, DATE),
        .class = (uint16_t) class,
        .shown = shown_class != CLASSIFIER_NONE,
        .shown_class = (uint16_t)(shown_class == CLASSIFIER_NONE ? 0 : shown_class),
        .shown_confidence = (float)rows_double(rows, row, SHOWN_CONFIDENCE),
    };
    return class != CLASSIFIER_NONE;
}

size_t learner_read_labels(const struct learner *learner, const struct db_rows *rows, int *row,
                           struct arena *arena, struct classifier_label **labels)
{
    int from = *row;
    size_t count = 0;
    for (; *row < rows->count; ++*row) {
        struct id user = rows_id(rows, *row, 0);
        if (!id_equal(&user, &learner->user))
            break;
    }
    *labels = arena_array(arena, (size_t)(*row - from), sizeof **labels);
    for (int i = from; i < *row; i++)
        count += read_label(learner, rows, i, &(*labels)[count]);
    return count;
}

int learners_load(struct db *db, struct arena *arena, const struct sql *statement, const struct id *users,
                  size_t count, struct learner *learners, size_t *found, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    learners_params(&params, users, count);
    if (db_run(db, statement, &params, &rows, err) != 0)
        return -1;
    *found = learners_read(&rows, learners);
    return 0;
}

int learners_load_categories(struct db *db, struct arena *arena, struct learner *learners, size_t count,
                             struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    learners_category_params(&params, learners, count);
    if (db_run(db, &sql_label_categories, &params, &rows, err) != 0)
        return -1;
    learners_read_categories(&rows, arena, learners, count);
    return 0;
}

int labels_want(struct db *db, struct arena *arena, const struct id *users, const struct id *jobs,
                size_t count, bool *wants, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_ids(&params, users, NULL, count);
    db_add_ids(&params, jobs, NULL, count);
    if (db_run(db, &sql_classify_want, &params, &rows, err) != 0)
        return -1;
    memset(wants, 0, count * sizeof *wants);
    for (int row = 0; row < rows.count; row++) {
        struct id user = rows_id(&rows, row, 0);
        for (size_t i = 0; i < count; i++)
            wants[i] = wants[i] || id_equal(&users[i], &user);
    }
    return 0;
}
