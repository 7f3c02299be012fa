#ifndef TASKS_CLASSIFY_STEP_H
#define TASKS_CLASSIFY_STEP_H

/* What classify_transactions has found and not written yet: rows of any number of users that go into one
 * statement. Private to that task. */

#include "ledger/sorting.h"
#include "tasks/classify.h"
#include "tasks/classify_pupils.h"

struct work {
    struct job *job;
    struct id user;
    enum classify_scope scope;
    struct pupil *pupil; /* NULL: there is no such user */
    int64_t looked_at, changed;
    bool only_new; /* the model has seen all other rows */
};

/* Rows to be written together. */
struct step {
    struct arena arena;
    size_t count, capacity;
    struct id *ids, *users, *categories;
    bool *no_category;
    const char **sources, **reasons, **tags, **payees;
    int64_t *permilles;
    bool *no_permille;
};

struct sorting {
    struct task_context *context;
    struct pupils pupils;
    struct step step;
    const struct work *run; /* the run over history that the step belongs to; NULL: wanted jobs */
};

/* The columns of sql_classify_rows and sql_classify_new_rows. */
enum row_column {
    ROW_ID,
    ROW_ACCOUNT,
    ROW_AMOUNT,
    ROW_EXPONENT,
    ROW_DATE,
    ROW_DESCRIPTION,
    ROW_PAYEE,
    ROW_CATEGORY,
    ROW_SOURCE,
    ROW_PERMILLE,
    ROW_SUGGESTIONS,
    ROW_WAS_SEEN,
    ROW_RULE,
    ROW_CREATED,
    ROW_EDITED,
};

void step_init(struct step *step, size_t capacity);

/* Writes the step in one commit; users whose log changed are marked outdated and nothing of theirs is
 * written. */
int step_flush(struct sorting *sorting, struct err *err) MUST_CHECK;

/* Sorts a row and adds it to the step, which has room, when the result is news. arena: for the row's time. */
void step_sort_row(struct sorting *sorting, struct work *work, const struct sorter *sorter,
                   const struct db_rows *rows, int row, struct arena *arena);

/* The sources of rows that a scope looks at and may overwrite: one parameter. */
void step_add_sources(struct db_params *params, enum classify_scope scope);

#endif
