#include "ledger/models.h"

#include <stdlib.h>
#include <string.h>

/* What models read and do not change; lives until the last model that uses it is gone. */
struct models_world {
    struct prior *prior; /* NULL: none */
    int64_t version;
    int users;
};

struct models {
    struct lexicon *lexicon;
    struct models_world *world;
    struct model **kept;
    size_t count, count_max;
    uint64_t clock;
};

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static struct models_world *world_new(struct prior *prior, int64_t version)
{
    struct models_world *world = must(calloc(1, sizeof *world));
    *world = (struct models_world){prior, version, 1};
    return world;
}

static void world_leave(struct models_world *world)
{
    if (--world->users > 0)
        return;
    prior_free(world->prior);
    free(world);
}

struct models *models_new(size_t count_max)
{
    struct models *models = must(calloc(1, sizeof *models));
    models->lexicon = lexicon_new();
    models->world = world_new(NULL, 0);
    models->count_max = count_max;
    models->kept = must(calloc(count_max + 1, sizeof(struct model *)));
    return models;
}

static void model_free(struct model *model)
{
    classifier_free(model->classifier);
    world_leave(model->world);
    free(model);
}

static void drop_all(struct models *models)
{
    while (models->count > 0)
        model_free(models->kept[--models->count]);
}

void models_free(struct models *models)
{
    if (models == NULL)
        return;
    drop_all(models);
    world_leave(models->world);
    lexicon_free(models->lexicon);
    free(models->kept);
    free(models);
}

int64_t models_prior_version(const struct models *models)
{
    return models->world->version;
}

void models_set_prior(struct models *models, int64_t version, struct prior *prior)
{
    drop_all(models);
    world_leave(models->world);
    models->world = world_new(prior, version);
}

/* A model can be gone on with when nothing that it learned was taken out since. */
static bool is_good_for(const struct model *model, const struct learner *learner)
{
    static const struct id nobody;
    if (model->key != learner->key)
        return false;
    if (learner->revision == 0)
        return id_equal(&model->user, &nobody);
    return id_equal(&model->user, &learner->user) && model->skip == learner->skip &&
           model->revision <= learner->revision && model->revision >= learner->rewritten;
}

static struct model *make(struct models *models, const struct learner *learner)
{
    struct model *model = must(calloc(1, sizeof *model));
    struct classifier_options options = {models->lexicon, models->world->prior, learner->target};
    model->classifier = classifier_new(&options);
    for (size_t i = 0; i < learner->category_count; i++)
        if (classifier_add_class(model->classifier, &learner->categories[i].class) < 0)
            break; /* learner->category_count is no more than a classifier takes */
    if (learner->revision > 0)
        model->user = learner->user;
    model->key = learner->key;
    model->skip = learner->skip;
    model->world = models->world;
    model->world->users++;
    return model;
}

struct model *models_take(struct models *models, const struct learner *learner)
{
    for (size_t i = 0; i < models->count; i++) {
        struct model *model = models->kept[i];
        if (is_good_for(model, learner)) {
            models->kept[i] = models->kept[--models->count];
            return model;
        }
    }
    return make(models, learner);
}

void models_give(struct models *models, struct model *model)
{
    size_t place = 0;
    if (model->world != models->world) {
        model_free(model);
        return;
    }
    model->used = ++models->clock;
    models->kept[models->count++] = model;
    for (size_t i = 0; i < models->count; i++)
        if (models->kept[i]->used < models->kept[place]->used)
            place = i;
    if (models->count <= models->count_max)
        return;
    model_free(models->kept[place]);
    models->kept[place] = models->kept[--models->count];
}

int64_t models_lack(const struct models *models, const struct learner *learner, bool *is_kept)
{
    int64_t all = learner->labels - learner->skip;
    *is_kept = false;
    for (size_t i = 0; i < models->count && all > 0; i++) {
        const struct model *model = models->kept[i];
        if (id_equal(&model->user, &learner->user) && model->revision <= learner->revision &&
            model->revision >= learner->rewritten) {
            int64_t behind = learner->revision - model->revision;
            *is_kept = true;
            return behind < all ? behind : all;
        }
    }
    return all;
}

void model_learn(struct model *model, const struct learner *learner, const struct classifier_label *labels,
                 size_t count)
{
    classifier_replay(model->classifier, labels, count);
    model->revision = learner->revision;
}
