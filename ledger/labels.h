#ifndef LEDGER_LABELS_H
#define LEDGER_LABELS_H

/*
 * What people taught (sql/migrations/0050_classification.sql), as models are made of it. A learner is one
 * person's side of a model: which revision of the label log counts, which categories there are, which
 * precision is wanted. For each statement there is a function that adds its parameters and one that reads its
 * rows, so that the API's pool and a worker's connection both use them. Of the categories the first
 * CLASSIFIER_CLASSES_MAX in the order of their ids take part.
 */

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "db/db.h"
#include "finance/classifier.h"
#include "finance/classifier_log.h"

struct learner_category {
    struct id id, parent;
    bool has_parent;
    const char *name; /* with its parents' names, "Food: Groceries" */
    struct classifier_class class;
};

struct learner {
    struct id user;
    int64_t revision;      /* of the log */
    int64_t labels;        /* that count at it */
    int64_t rewritten;     /* the last revision that took a label out */
    int64_t skip;          /* oldest labels that no longer count: see PURSER_CLASSIFIER_LABELS_MAX */
    int64_t prior_version; /* 0: none */
    float target;          /* precision to keep */
    const char *currency;  /* the user's */
    bool has_scored;
    uint64_t scored_key;                 /* the model that all rows were scored with */
    struct learner_category *categories; /* in the order of their ids; index is the class */
    size_t category_count;
    uint64_t key; /* of all that a model is made of besides the labels */
};

/* sql_label_learners, for these people. */
void learners_params(struct db_params *params, const struct id *users, size_t count);

/* Those of the people that exist, ordered by user id; the number. list: room for as many. */
size_t learners_read(const struct db_rows *rows, struct learner *list);

/* sql_label_categories: what is read goes to its learner; sets key. */
void learners_category_params(struct db_params *params, const struct learner *learners, size_t count);
void learners_read_categories(const struct db_rows *rows, struct arena *arena, struct learner *learners,
                              size_t count);

/* The class of a category, CLASSIFIER_NONE when it takes no part. */
int learner_class(const struct learner *learner, const struct id *category);

/* The model of these labels and all else: two learners with one key get the same model, to the bit. */
uint64_t learner_model_key(const struct learner *learner);

/* sql_label_read: the labels behind after[i]. */
void learners_label_params(struct db_params *params, const struct learner *learners, const int64_t *after,
                           size_t count);

/* One learner's labels out of the rows, which go on from *row; texts are the rows'. */
size_t learner_read_labels(const struct learner *learner, const struct db_rows *rows, int *row,
                           struct arena *arena, struct classifier_label **labels);

/* Blocking, for a worker: learners without their categories, by sql_label_learners or sql_classifier_hold.
 * learners: room for count; the number in *found. */
int learners_load(struct db *db, struct arena *arena, const struct sql *statement, const struct id *users,
                  size_t count, struct learner *learners, size_t *found, struct err *err) MUST_CHECK;

/* Blocking, for a worker: their categories. */
int learners_load_categories(struct db *db, struct arena *arena, struct learner *learners, size_t count,
                             struct err *err) MUST_CHECK;

/* In the current transaction: says that the rows of these people want sorting. wants[i] is set when jobs[i]
 * is to be accepted for it; otherwise a job that has not begun will do it. */
int labels_want(struct db *db, struct arena *arena, const struct id *users, const struct id *jobs,
                size_t count, bool *wants, struct err *err) MUST_CHECK;

#endif
