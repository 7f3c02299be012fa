#include "tasks/classify_step.h"

#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/json.h"

void step_init(struct step *step, size_t capacity)
{
    struct arena *arena = &step->arena;
    step->count = 0;
    step->capacity = capacity;
    step->ids = arena_array(arena, capacity, sizeof *step->ids);
    step->users = arena_array(arena, capacity, sizeof *step->users);
    step->categories = arena_array(arena, capacity, sizeof *step->categories);
    step->no_category = arena_array(arena, capacity, sizeof *step->no_category);
    step->sources = arena_array(arena, capacity, sizeof *step->sources);
    step->reasons = arena_array(arena, capacity, sizeof *step->reasons);
    step->tags = arena_array(arena, capacity, sizeof *step->tags);
    step->payees = arena_array(arena, capacity, sizeof *step->payees);
    step->permilles = arena_array(arena, capacity, sizeof *step->permilles);
    step->no_permille = arena_array(arena, capacity, sizeof *step->no_permille);
}

void step_add_sources(struct db_params *params, enum classify_scope scope)
{
    static const char *const sources[] = {"none", "prior", "model", "memory", "rule"};
    size_t count = 4;
    if (scope == CLASSIFY_UNCATEGORISED)
        count = 1;
    else if (scope == CLASSIFY_ALL || scope == CLASSIFY_RULES)
        count = 5;
    db_add_texts(params, sources, count);
}

/* Marks the pupils of the step whose log changed: `current` has the others. */
static void mark_outdated(struct sorting *sorting, const struct db_rows *current)
{
    for (size_t i = 0; i < sorting->pupils.count; i++) {
        bool is_current = false;
        for (int row = 0; row < current->count; row++) {
            struct id user = rows_id(current, row, 0);
            is_current = is_current || id_equal(&user, &sorting->pupils.learners[i].user);
        }
        sorting->pupils.list[i].outdated = sorting->pupils.list[i].outdated || !is_current;
    }
}

/* One statement, one commit. */
int step_flush(struct sorting *sorting, struct err *err)
{
    struct step *step = &sorting->step;
    size_t count = step->count, pupils = sorting->pupils.count;
    if (count == 0)
        return 0;
    struct id *users = arena_array(&step->arena, pupils, sizeof *users);
    int64_t *revisions = arena_array(&step->arena, pupils, sizeof *revisions);
    for (size_t i = 0; i < pupils; i++) {
        users[i] = sorting->pupils.learners[i].user;
        revisions[i] = sorting->pupils.learners[i].revision;
    }
    struct db_params params;
    struct db_rows current;
    db_params_init(&params, &step->arena);
    db_add_ids(&params, users, NULL, pupils);
    db_add_ints(&params, revisions, NULL, pupils);
    db_add_ids(&params, step->ids, NULL, count);
    db_add_ids(&params, step->users, NULL, count);
    db_add_ids(&params, step->categories, step->no_category, count);
    db_add_texts(&params, step->sources, count);
    db_add_ints(&params, step->permilles, step->no_permille, count);
    db_add_texts(&params, step->reasons, count);
    db_add_texts(&params, step->tags, count);
    db_add_texts(&params, step->payees, count);
    step_add_sources(&params, sorting->run == NULL ? CLASSIFY_AUTOMATIC : sorting->run->scope);
    db_add_id(&params, sorting->run == NULL ? NULL : &sorting->run->job->id);
    db_add_time(&params, clock_wall_ms());
    if (db_run(sorting->context->db, &sql_classify_store, &params, &current, err) != 0)
        return -1;
    crash_point("classify_stored");
    mark_outdated(sorting, &current);
    arena_reset(&step->arena);
    step_init(step, step->capacity);
    return 0;
}

static bool texts_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Would writing the result change what is stored? Reasons alone don't count: a label that changes the words
 * of many reasons must not write all the books anew. */
static bool is_news(const struct db_rows *rows, int row, const struct sorter *sorter,
                    const struct sorted *sorted, struct arena *arena)
{
    struct id category = rows_id(rows, row, ROW_CATEGORY);
    const char *source = classifier_source_name(sorted->source);
    if (strcmp(rows_text(rows, row, ROW_SOURCE), source) != 0)
        return true;
    if (sorted->source == CLASSIFIER_SOURCE_NONE)
        return !texts_equal(rows_text(rows, row, ROW_SUGGESTIONS), sorter_suggestions(sorter, sorted, arena));
    if (sorted->source == CLASSIFIER_SOURCE_RULE) {
        char rule[ID_TEXT_SIZE];
        id_format(&sorted->rule->id, rule);
        if (!texts_equal(rows_text(rows, row, ROW_RULE), rule))
            return true;
    }
    return !id_equal(&category, sorted->category) || rows_int(rows, row, ROW_PERMILLE) != sorted->permille;
}

/* A place in the step for the row. */
static size_t add_row(struct sorting *sorting, const struct work *work, const struct db_rows *rows, int row)
{
    struct step *step = &sorting->step;
    size_t at = step->count++;
    step->ids[at] = rows_id(rows, row, ROW_ID);
    step->users[at] = work->user;
    return at;
}

/* By rules alone: a rule that fits, or one that does no longer. */
static void sort_by_rules(struct sorting *sorting, struct work *work, const struct db_rows *rows, int row,
                          struct sorted *sorted)
{
    bool was_rule = strcmp(rows_text(rows, row, ROW_SOURCE), "rule") == 0;
    struct step *step = &sorting->step;
    if (sorted->rule == NULL && !was_rule)
        return;
    size_t at = add_row(sorting, work, rows, row);
    step->no_category[at] = step->no_permille[at] = true;
    step->sources[at] = "none";
    step->reasons[at] = "null"; /* as if nobody had looked at it: the model has its turn */
    if (sorted->rule == NULL || was_rule)
        return;
    /* The rule sets tags or payee alone: the category stays. */
    step->sources[at] = arena_strdup(&step->arena, rows_text(rows, row, ROW_SOURCE));
    step->no_category[at] = rows_is_null(rows, row, ROW_CATEGORY);
    step->categories[at] = rows_id(rows, row, ROW_CATEGORY);
    step->no_permille[at] = rows_is_null(rows, row, ROW_PERMILLE);
    step->permilles[at] = rows_int(rows, row, ROW_PERMILLE);
    step->reasons[at] = NULL;
}

/* What a rule does besides the category. */
static void add_rule_actions(struct step *step, size_t at, const struct rule *rule)
{
    if (rule->tags != NULL)
        step->tags[at] = json_write(&step->arena, rule->tags);
    step->payees[at] = rule->new_payee;
}

void step_sort_row(struct sorting *sorting, struct work *work, const struct sorter *sorter,
                   const struct db_rows *rows, int row, struct arena *arena)
{
    struct step *step = &sorting->step;
    size_t before = step->count;
    struct sorted sorted;
    struct str payee = rows_bytes(rows, row, ROW_PAYEE);
    struct sorting_row input = {
        .description = rows_bytes(rows, row, ROW_DESCRIPTION),
        .payee = payee.data == NULL ? STR("") : payee,
        .account = rows_id(rows, row, ROW_ACCOUNT),
        .amount_minor = rows_int(rows, row, ROW_AMOUNT),
        .exponent = (int)rows_int(rows, row, ROW_EXPONENT),
        .date = rows_date(rows, row, ROW_DATE),
        .stored_ms = rows_time(rows, row, ROW_CREATED),
    };
    sorter_sort(sorter, &input, &sorted);
    work->looked_at++;
    bool was_seen = rows_bool(rows, row, ROW_WAS_SEEN);
    /* Tags and payee are set when a row is new, and in a run: what the user made of them since is his. */
    bool acts = sorted.rule != NULL && (sorted.rule->tags != NULL || sorted.rule->new_payee != NULL) &&
                (sorter->is_run || (!was_seen && !rows_bool(rows, row, ROW_EDITED)));
    if (work->scope == CLASSIFY_RULES && sorted.source != CLASSIFIER_SOURCE_RULE) {
        sort_by_rules(sorting, work, rows, row, &sorted);
    } else if (!was_seen || acts || is_news(rows, row, sorter, &sorted, arena)) {
        size_t at = add_row(sorting, work, rows, row);
        step->no_category[at] = step->no_permille[at] = sorted.category == NULL;
        if (sorted.category != NULL)
            step->categories[at] = *sorted.category;
        step->permilles[at] = sorted.permille;
        step->sources[at] = classifier_source_name(sorted.source);
        step->reasons[at] = sorter_reasons(sorter, &input, &sorted, &step->arena);
    }
    if (step->count > before && acts)
        add_rule_actions(step, before, sorted.rule);
    work->changed += step->count > before;
}
