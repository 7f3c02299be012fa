#include "tasks/classify_pupils.h"

#include <string.h>

#include "base/settings.h"
#include "tasks/run.h"

struct pupil *pupils_find(const struct pupils *pupils, const struct id *user)
{
    size_t low = 0, high = pupils->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(&pupils->learners[middle].user, user, sizeof *user);
        if (order == 0)
            return &pupils->list[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void pupils_give_back(struct pupils *pupils)
{
    for (size_t i = 0; pupils->list != NULL && i < pupils->count; i++)
        if (pupils->list[i].model != NULL)
            models_give(pupils->models, pupils->list[i].model);
    pupils->count = 0;
}

static int load_prior(struct pupils *pupils, struct task_context *context, struct err *err)
{
    int64_t version = pupils->count > 0 ? pupils->learners[0].prior_version : 0;
    if (version == models_prior_version(pupils->models))
        return 0;
    struct db_params params;
    struct db_rows rows;
    struct prior *prior = NULL;
    db_params_init(&params, context->arena);
    db_add_int(&params, version);
    if (version != 0) {
        if (db_run(context->db, &sql_label_prior, &params, &rows, err) != 0)
            return -1;
        if (rows.count == 0)
            return err_set(err, ERR_RETRY, "the prior was trained anew meanwhile");
        if ((prior = prior_read_bytes(rows_bytes(&rows, 0, 0), err)) == NULL)
            return -1;
    }
    models_set_prior(pupils->models, version, prior);
    return 0;
}

/* The models, brought up to their learners' revisions with one reading of labels. */
static int load_models(struct pupils *pupils, struct task_context *context, struct err *err)
{
    struct arena *arena = context->arena;
    int64_t *after = arena_array(arena, pupils->count, sizeof *after);
    bool is_behind = false;
    for (size_t i = 0; i < pupils->count; i++) {
        pupils->list[i].model = models_take(pupils->models, &pupils->learners[i]);
        after[i] = pupils->list[i].model->revision;
        is_behind = is_behind || after[i] < pupils->learners[i].revision;
    }
    if (!is_behind)
        return 0;
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    learners_label_params(&params, pupils->learners, after, pupils->count);
    if (db_run(context->db, &sql_label_read, &params, &rows, err) != 0)
        return -1;
    int row = 0;
    for (size_t i = 0; i < pupils->count; i++) {
        struct classifier_label *labels;
        size_t label_count = learner_read_labels(&pupils->learners[i], &rows, &row, arena, &labels);
        model_learn(pupils->list[i].model, &pupils->learners[i], labels, label_count);
    }
    return 0;
}

/* Those whose sorting can be made ready within the budget stay, the others go. A label: bench/classifier. A
 * person's 62 categories and his model: .4 ms of a child's CPU with 20 labels, 500 people in turn. */
static size_t keep_affordable(const struct models *models, struct learner *learners, size_t count,
                              int64_t budget_us)
{
    enum { PERSON_US = 100, MODEL_US = 150, LABEL_US = 15 };
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_kept;
        int64_t lacks = models_lack(models, &learners[i], &is_kept);
        int64_t cost_us = PERSON_US + (is_kept || lacks == 0 ? 0 : MODEL_US) + lacks * LABEL_US;
        if (cost_us > budget_us)
            continue;
        budget_us -= cost_us;
        learners[kept++] = learners[i];
    }
    return kept;
}

int pupils_load(struct pupils *pupils, struct task_context *context, const struct sql *learners,
                const struct id *users, size_t count, int64_t budget_us, struct err *err)
{
    struct arena *arena = context->arena;
    if (context->link->models == NULL)
        context->link->models = models_new((size_t)settings.classifier_models);
    *pupils = (struct pupils){.models = context->link->models,
                              .learners = arena_array(arena, count, sizeof *pupils->learners)};
    size_t found;
    if (learners_load(context->db, arena, learners, users, count, pupils->learners, &found, err) != 0)
        return -1;
    if (budget_us >= 0)
        found = keep_affordable(pupils->models, pupils->learners, found, budget_us);
    if (found == 0)
        return 0;
    if (learners_load_categories(context->db, arena, pupils->learners, found, err) != 0)
        return -1;
    struct rule_list *rules = arena_array(arena, found, sizeof *rules);
    struct id *people = arena_array(arena, found, sizeof *people);
    struct pupil *list = arena_array(arena, found, sizeof *list);
    for (size_t i = 0; i < found; i++)
        people[i] = pupils->learners[i].user;
    if (rules_load(context->db, arena, people, found, rules, err) != 0)
        return -1;
    for (size_t i = 0; i < found; i++)
        list[i] = (struct pupil){.learner = &pupils->learners[i], .rules = rules[i]};
    pupils->list = list;
    pupils->count = found;
    if (load_prior(pupils, context, err) != 0)
        return -1;
    return load_models(pupils, context, err);
}
