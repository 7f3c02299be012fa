#ifndef LEDGER_SORTING_H
#define LEDGER_SORTING_H

/*
 * One transaction's way to its category: the first of the user's rules that fits, else what his model is sure
 * enough of, else suggestions. The same for the worker that sorts what is stored and for a question to the
 * API. CPU work only.
 */

#include "finance/classifier.h"
#include "ledger/labels.h"
#include "ledger/rules.h"

enum { SORTING_SUGGESTIONS = 3, SORTING_REASONS = 3 };

struct sorting_row {
    struct str description, payee; /* as they are stored; payee may be empty */
    struct id account;
    int64_t amount_minor;
    int exponent;
    int32_t date;
    int64_t stored_ms;
};

struct sorter {
    const struct learner *learner;
    const struct classifier *classifier;
    const struct rule_list *rules;
    bool is_run; /* of a run that the user asked for: rules apply whatever their age */
};

struct sorted {
    enum classifier_source source;
    const struct id *category; /* NULL: none; of the learner or the rule */
    int permille;              /* confidence; 0 when there is no category */
    const struct rule *rule;   /* that fits, whether it sets a category or only tags and payee; NULL */
    struct classifier_prediction prediction; /* not made when a rule set the category */
};

/* By the first rule that fits, else by the model. Pure. */
void sorter_sort(const struct sorter *sorter, const struct sorting_row *row, struct sorted *sorted);

/* What is kept of it in transaction.category_reasons: JSON text, in the arena.
 *     {"rule": {"id", "name"}}
 *     {"model", "threshold", "reasons": [{"kind", "text", "weight"}]}
 *     {"model", "threshold", "suggestions": [[category, confidence in thousandths]]} */
const char *sorter_reasons(const struct sorter *sorter, const struct sorting_row *row,
                           const struct sorted *sorted, struct arena *arena);

/* The suggestions as PostgreSQL writes them: two rows with the same text have the same. */
const char *sorter_suggestions(const struct sorter *sorter, const struct sorted *sorted, struct arena *arena);

/* What an answer to "which category?" says: [{"category_id", "name", "confidence", "source", "reasons":
 * [{…}]}], likeliest first. */
const char *sorter_ranking(const struct sorter *sorter, const struct sorting_row *row,
                           const struct sorted *sorted, struct arena *arena);

#endif
