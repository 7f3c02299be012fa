/*
 * classify_transactions: sorts people's transactions into their categories.
 *
 * Needs     args {"user": ID, "scope": "wanted" | "automatic" | "uncategorised" | "all" | "rules"}.
 * Promises  what a user set is never touched, what a rule set only when the user asked for a run (all,
 * rules). The result is a function of labels, categories, rules, prior and rows alone: interrupted anywhere
 * and repeated it is the same, bit for bit. When the labels change while it runs it stops and asks for
 * another job. Of the wanted jobs of a user one waits at most (classify_want in
 * sql/migrations/0050_classification.sql): a unique key of the queue would refuse the one that has to come
 * after a running one.
 */
#include "tasks/classify_step.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "tasks/args.h"

struct args {
    const struct id *user;
    const char *scope;
};

static const struct json_field args_fields[] = {
    {"user", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, offsetof(struct args, user)},
    {"scope", JSON_FIELD_TEXT, JSON_REQUIRED, 1, 20, offsetof(struct args, scope)},
};

static int read_args(json_t *json, struct arena *arena, struct id *user, enum classify_scope *scope,
                     struct faults *faults)
{
    struct args args = {NULL, NULL};
    if (JSON_DECODE(json, "", args_fields, &args, arena, faults) != 0)
        return -1;
    *user = *args.user;
    for (int i = 0; classify_scope_names[i] != NULL; i++)
        if (strcmp(classify_scope_names[i], args.scope) == 0) {
            *scope = (enum classify_scope)i;
            return 0;
        }
    return faults_add(faults, "/scope", "must be wanted, automatic, uncategorised, all or rules");
}

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    struct id user;
    enum classify_scope scope;
    (void)!read_args(args, arena, &user, &scope, faults); /* faults has it */
}

static int load(struct sorting *sorting, const struct work *works, size_t count, struct err *err)
{
    struct arena *arena = sorting->context->arena;
    struct id *users = arena_array(arena, count, sizeof *users),
              *jobs = arena_array(arena, count, sizeof *jobs);
    struct db_params params;
    for (size_t i = 0; i < count; i++) {
        users[i] = works[i].user;
        jobs[i] = works[i].job->id;
    }
    size_t user_count = classify_sort_ids(users, count);
    db_params_init(&params, arena);
    db_add_ids(&params, users, NULL, user_count);
    db_add_ids(&params, jobs, NULL, count);
    if (db_run(sorting->context->db, &sql_classify_begin, &params, NULL, err) != 0)
        return -1;
    return pupils_load(&sorting->pupils, sorting->context, &sql_label_learners, users, user_count, -1, err);
}

static int read_page(struct sorting *sorting, const struct work *work, const struct db_rows *last,
                     struct arena *arena, struct db_rows *rows, struct err *err)
{
    struct db_params params;
    db_params_init(&params, arena);
    db_add_id(&params, &work->user);
    if (last->count == 0) {
        db_add_null(&params);
        db_add_null(&params);
    } else {
        struct id id = rows_id(last, last->count - 1, ROW_ID);
        db_add_date(&params, rows_date(last, last->count - 1, ROW_DATE));
        db_add_id(&params, &id);
    }
    db_add_int(&params, settings.classify_step_rows);
    if (!work->only_new)
        step_add_sources(&params, work->scope);
    return db_run(sorting->context->db, work->only_new ? &sql_classify_new_rows : &sql_classify_rows, &params,
                  rows, err);
}

static int sort_user(struct sorting *sorting, struct work *work, struct err *err)
{
    struct pupil *pupil = work->pupil;
    struct sorter sorter = {pupil->learner, pupil->model->classifier, &pupil->rules,
                            work->scope != CLASSIFY_WANTED && work->scope != CLASSIFY_AUTOMATIC};
    struct arena arenas[2]; /* this page's and the last one's, whose last row says where to go on */
    struct db_rows pages[2] = {{0}};
    int now = 0, status = 0;
    bool more = true;
    arena_init(&arenas[0]);
    arena_init(&arenas[1]);
    for (; status == 0 && more && !pupil->outdated; now = !now) {
        struct db_rows *rows = &pages[now];
        arena_reset(&arenas[now]);
        status = read_page(sorting, work, &pages[!now], &arenas[now], rows, err);
        for (int row = 0; status == 0 && row < rows->count && !pupil->outdated; row++) {
            if (sorting->step.count == sorting->step.capacity)
                status = step_flush(sorting, err);
            if (status == 0)
                step_sort_row(sorting, work, &sorter, rows, row, &arenas[now]);
        }
        more = status == 0 && rows->count == settings.classify_step_rows;
        if (more)
            task_progress(sorting->context, work->job, work->looked_at, work->looked_at + rows->count);
    }
    arena_free(&arenas[0]);
    arena_free(&arenas[1]);
    return status;
}

/* What the models say of themselves, and that they have seen all rows. */
static int tell_done(struct sorting *sorting, const struct work *works, size_t count, struct err *err)
{
    enum { SCORED_KEY, THRESHOLD, ACCURACY, OUTCOMES, APPLIED, RIGHT, FIGURES };
    struct arena *arena = sorting->context->arena;
    struct id *users = arena_array(arena, count, sizeof *users);
    int64_t *revisions = arena_array(arena, count, sizeof *revisions), *figures[FIGURES];
    size_t used = 0;
    for (int i = 0; i < FIGURES; i++)
        figures[i] = arena_array(arena, count, sizeof *figures[i]);
    for (size_t i = 0; i < count; i++) {
        const struct work *work = &works[i];
        if (work->pupil == NULL || work->pupil->outdated ||
            (work->scope != CLASSIFY_WANTED && work->scope != CLASSIFY_AUTOMATIC))
            continue;
        struct classifier_state state = classifier_state(work->pupil->model->classifier);
        users[used] = work->user;
        revisions[used] = work->pupil->learner->revision;
        figures[SCORED_KEY][used] = (int64_t)learner_model_key(work->pupil->learner);
        figures[THRESHOLD][used] = (int64_t)(state.threshold * 1e6f + 0.5f);
        figures[ACCURACY][used] = (int64_t)(state.accuracy * 1e6f + 0.5f);
        figures[OUTCOMES][used] = state.outcomes;
        figures[APPLIED][used] = state.applied;
        figures[RIGHT][used] = state.right;
        used++;
    }
    struct db_params params;
    db_params_init(&params, arena);
    db_add_ids(&params, users, NULL, used);
    db_add_ints(&params, revisions, NULL, used);
    for (int i = 0; i < FIGURES; i++)
        db_add_ints(&params, figures[i], NULL, used);
    db_add_time(&params, clock_wall_ms());
    return used == 0 ? 0 : db_run(sorting->context->db, &sql_classify_done, &params, NULL, err);
}

/* Those whose log changed meanwhile, and those whose rows a run by rules left to the model, want a job. */
static int ask_again(struct sorting *sorting, const struct work *works, size_t count, struct err *err)
{
    struct arena *arena = sorting->context->arena;
    struct id *users = arena_array(arena, count, sizeof *users);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct work *work = &works[i];
        if (work->pupil != NULL &&
            ((work->pupil->outdated && work->scope == CLASSIFY_WANTED) || work->scope == CLASSIFY_RULES))
            users[used++] = work->user;
    }
    if (used == 0)
        return 0;
    if (db_begin(sorting->context->db, err) != 0 ||
        classify_follow_up(sorting->context, users, used, settings.classify_delay_ms, err) != 0)
        return -1;
    return db_commit(sorting->context->db, err);
}

static int sort_all(struct sorting *sorting, struct work *works, size_t count, struct err *err)
{
    if (load(sorting, works, count, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct work *work = &works[i];
        bool is_run = work->scope != CLASSIFY_WANTED;
        work->pupil = pupils_find(&sorting->pupils, &work->user);
        if (work->pupil == NULL)
            continue;
        const struct learner *learner = work->pupil->learner;
        work->only_new = !is_run && learner->has_scored && learner->scored_key == learner_model_key(learner);
        if (is_run && step_flush(sorting, err) != 0)
            return -1;
        sorting->run = is_run ? work : NULL;
        if (sort_user(sorting, work, err) != 0 || (is_run && step_flush(sorting, err) != 0))
            return -1;
        sorting->run = NULL;
    }
    if (step_flush(sorting, err) != 0 || tell_done(sorting, works, count, err) != 0)
        return -1;
    return ask_again(sorting, works, count, err);
}

static void tell_results(struct work *works, size_t count, struct arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        struct work *work = &works[i];
        if (work->pupil != NULL && work->pupil->outdated && work->scope != CLASSIFY_WANTED)
            work->job->outcome = (struct outcome){.kind = OUTCOME_SNOOZE,
                                                  .until_ms = clock_wall_ms() + settings.classify_delay_ms};
        else
            work->job->outcome.result = arena_printf(arena, "{\"looked_at\":%lld,\"changed\":%lld}",
                                                     (long long)work->looked_at, (long long)work->changed);
    }
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    struct work *works = arena_array(context->arena, count, sizeof *works);
    size_t work_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct faults faults;
        struct work *work = &works[work_count];
        faults_init(&faults, context->arena);
        json_t *args = json_read(context->arena, jobs[i].args, &faults);
        if (jobs[i].skip)
            continue;
        if (args == NULL || read_args(args, context->arena, &work->user, &work->scope, &faults) != 0) {
            task_refuse_args(context, &jobs[i], &faults);
            continue;
        }
        work->job = &jobs[i];
        work_count++;
    }
    if (work_count == 0)
        return 0;
    struct sorting sorting = {.context = context};
    arena_init(&sorting.step.arena);
    step_init(&sorting.step, (size_t)settings.classify_step_rows);
    int status = sort_all(&sorting, works, work_count, err);
    pupils_give_back(&sorting.pupils);
    arena_free(&sorting.step.arena);
    if (status == 0)
        tell_results(works, work_count, context->arena);
    return status;
}

const struct task task_classify_transactions = {
    .name = "classify_transactions",
    .summary = "Sorts people's transactions into their categories.",
    .queue = "classify",
    .batch_max = 32,
    .timeout_ms = 30 * 60 * 1000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 200,
    .transaction = TASK_OWN_TRANSACTIONS,
    .validate = validate,
    .run = run,
};
