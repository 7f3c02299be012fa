#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

/*
 * Every knob of the house, one line each in base/settings.def: name, type, default, limits, help. The
 * environment,
 * `--help` and docs/settings.md come from that table. A setting NAME may also be given as NAME_FILE, a path
 * whose content (less one newline at the end) is the value: for secrets.
 */

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct settings {
#define SETTING_TEXT(field, name, value, help)          const char *field;
#define SETTING_INT(field, name, value, min, max, help) int64_t field;
#include "base/settings.def"
#undef SETTING_TEXT
#undef SETTING_INT
};

/* Filled by settings_load, read-only afterwards. */
extern struct settings settings;

/* Reads the environment. A value that is no number, or out of its limits, is refused by name. A PURSER_
 * variable that is no setting is refused too: a misspelt limit is a missing limit. */
int settings_load(struct err *err) MUST_CHECK;

/* The table for people: one setting a paragraph (--help), or a Markdown table (docs/settings.md). */
void settings_print_help(FILE *out);
void settings_print_markdown(FILE *out);

#endif
