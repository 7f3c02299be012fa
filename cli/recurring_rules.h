#ifndef CLI_RECURRING_RULES_H
#define CLI_RECURRING_RULES_H

/* The verbs of `purser recurring` that talk to an instance. */

#include "cli/verb.h"

extern const struct verb recurring_rules_verbs[];
extern const struct option recurring_rules_options[];

#endif
