#ifndef MAIL_TEMPLATE_H
#define MAIL_TEMPLATE_H

/* Words of a mail with {names} in them. Pure. */

#include "base/arena.h"

struct mail_value {
    const char *name, *value;
};

enum mail_form { MAIL_TEXT, MAIL_HTML };

/* The words with each {name} of values (which ends with a NULL name) replaced, in the arena; for MAIL_HTML
 * the value is escaped. Braces around anything else stay as they are. */
char *mail_fill(struct arena *arena, const char *words, const struct mail_value *values, enum mail_form form);

#endif
