#ifndef TASKS_CLASSIFY_PUPILS_H
#define TASKS_CLASSIFY_PUPILS_H

/* The people whose rows a batch sorts, with all that sorting needs, read with one statement a kind whatever
 * their number. Private to the tasks that sort. */

#include "ledger/models.h"
#include "ledger/rules.h"
#include "tasks/task.h"

/* One user of the batch. */
struct pupil {
    struct learner *learner;
    struct rule_list rules;
    struct model *model;
    bool outdated; /* the log changed since the model was made */
};

struct pupils {
    struct models *models; /* the child's */
    struct learner *learners;
    struct pupil *list; /* in the order of user ids, like learners */
    size_t count;
};

/* Reads learners by `learners` (sql_label_learners or sql_classifier_hold), categories, rules, prior and the
 * labels that the child's models lack; who does not exist is left out. budget_us: who would cost more CPU
 * time than is left of it is left out too; -1 for all. users: sorted, without repetitions. What is read lives
 * in the context's arena. Call pupils_give_back whatever the result. */
int pupils_load(struct pupils *pupils, struct task_context *context, const struct sql *learners,
                const struct id *users, size_t count, int64_t budget_us, struct err *err) MUST_CHECK;

/* The models go back to the child's others. */
void pupils_give_back(struct pupils *pupils);

/* NULL when there is none. */
struct pupil *pupils_find(const struct pupils *pupils, const struct id *user);

#endif
