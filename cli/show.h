#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"

/* Takes `flag` ("--json") out of argv; says whether it was there. */
bool show_take_flag(int *argc, char **argv, const char *flag);

/* Takes `flag` and the word behind it; NULL when it was not there. */
const char *show_take_value(int *argc, char **argv, const char *flag);

/* Prints a JSON object: as it is, or for people: members one a line, an array of objects as a table. */
void show_json(const char *json, bool as_json);

/* Prints a value as JSON, indented: what --json gives of an instance's answers. */
void show_value(const json_t *value);

#endif
