#ifndef CLI_RECURRING_RULES_H
#define CLI_RECURRING_RULES_H

#include "base/err.h"

/* purser recurring list | add … | dates ID | skip ID DATE | delete ID, over HTTP. words: those behind
 * "recurring". Gives the exit code. */
int recurring_rules_run(int count, char **words, struct err *err);

#endif
