#ifndef FINANCE_RULES_H
#define FINANCE_RULES_H

/*
 * The user's own rules: explicit, in his order, the first that fits decides. Never made silently. Pure:
 * matching and the JSON form; who keeps them and runs them over history is ledger/rules' and a task's
 * business.
 *
 *     {"name": "Rent", "enabled": true,
 *      "when": {"text": {"contains": "…", "equals": "…", "starts_with": "…", "word": "…"}, "payee": {the
 * same}, "account_id": "…", "amount": {"min": "850.00", "max": "900"}, "sign": "in" | "out", "date": {"from":
 * "2024-01-01", "to": "2024-12-31"}}, "then": {"category_id": "…", "tags": ["…"], "payee": "…"}}
 *
 * All that stands in "when" must hold; at least one condition and one action must be there. Texts are
 * compared without case, accents and repeated spaces. An amount is a size without sign, in the currency's
 * units; min and max and both dates are inclusive. There are no regular expressions: a rule can't be slow.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/faults.h"
#include "base/id.h"
#include "base/json.h"

enum {
    RULE_NAME_MAX = 100, /* characters */
    RULE_TEXT_MAX = 200,
    RULE_PAYEE_MAX = 500,
    RULE_TAGS_MAX = 20,
    RULE_TAG_MAX = 50,
    RULE_FOLDED_SIZE = 1024, /* bytes of a row's text that are looked at */
};

/* Folded needles; those not asked for are NULL. */
struct rule_text {
    const char *contains, *equals, *starts_with, *word;
};

enum rule_sign { RULE_ANY_SIGN, RULE_IN, RULE_OUT };

struct rule {
    struct id id; /* the keeper's; not in the JSON form */
    const char *name;
    bool enabled;
    struct rule_text text, payee; /* folded */
    const struct id *account_id;  /* NULL: any */
    bool has_min, has_max;
    int64_t min_units, max_units; /* of 1/10,000 of the currency's unit */
    enum rule_sign sign;
    int32_t from, to; /* DATE_MIN and DATE_MAX when not asked for */

    const struct id *category_id; /* actions; NULL: leave it */
    json_t *tags;                 /* array of strings to add, or NULL */
    const char *new_payee;
};

/* Reads one rule; unknown fields, empty conditions, bad dates and amounts become faults under `pointer`. The
 * arena and the tree own what the rule points at. */
int rule_read(json_t *value, const char *pointer, struct arena *arena, struct rule *rule,
              struct faults *faults) MUST_CHECK;

/* A transaction as rules see it. */
struct rule_row {
    char text[RULE_FOLDED_SIZE], payee[RULE_FOLDED_SIZE]; /* folded, by rule_row_set_text */
    struct id account_id;
    int64_t amount_minor;
    int exponent; /* 0..4 */
    int32_t date;
};

/* Folds the bank's text and the payee (which may be empty) into the row. */
void rule_row_set_text(struct rule_row *row, struct str text, struct str payee);

bool rule_matches(const struct rule *rule, const struct rule_row *row);

#endif
