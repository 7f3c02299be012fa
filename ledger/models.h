#ifndef LEDGER_MODELS_H
#define LEDGER_MODELS_H

/*
 * The models that one process keeps: the least recently used go first. A model is taken out, brought up to
 * its learner's revision, used, and given back, so that it is always one thread's alone; who finds it taken
 * gets a new one. Models of people who taught nothing yet are shared by all with the same categories. One
 * thread takes and gives; learning and predicting may happen on another.
 */

#include "finance/classifier_log.h"
#include "ledger/labels.h"

struct models;

struct model {
    struct classifier *classifier;
    struct id user;   /* the nil id: of nobody in particular, without labels */
    uint64_t key;     /* of the learner */
    int64_t revision; /* labels behind it are still to be learned */
    int64_t skip;
    struct models_world *world;
    uint64_t used;
};

/* count_max: models kept. Never NULL. */
struct models *models_new(size_t count_max);
void models_free(
    struct models *models); /* all taken models must have been given back or freed; NULL is fine */

/* The version of the prior that new models get, in the beginning 0, none. Models of another are dropped.
 * prior is owned from now on; NULL with version 0. */
int64_t models_prior_version(const struct models *models);
void models_set_prior(struct models *models, int64_t version, struct prior *prior);

/* The learner's model, as far as it is known: model->revision says which labels it has; read those behind it
 * (from the start with learner->skip left out when it is 0) and call model_learn. */
struct model *models_take(struct models *models, const struct learner *learner);
void models_give(struct models *models, struct model *model);

/* At most how many labels are still to be learned until there is the learner's model; *is_kept says whether
 * one is kept that can be gone on with. Needs nothing of the learner's categories, and so can be mistaken. */
int64_t models_lack(const struct models *models, const struct learner *learner, bool *is_kept);

/* CPU work, on any thread. */
void model_learn(struct model *model, const struct learner *learner, const struct classifier_label *labels,
                 size_t count);

#endif
