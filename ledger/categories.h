#ifndef LEDGER_CATEGORIES_H
#define LEDGER_CATEGORIES_H

/* Categories and tags: what a request may say of one, and the bodies that their statements take. */

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/faults.h"
#include "db/params.h"

enum { CATEGORY_NAME_MAX = 100 };

/* Check the body of a POST (create) or PATCH; the checked body as JSON text in the arena, NULL when there are
 * faults. */
const char *categories_body(json_t *posted, bool create, struct arena *arena,
                            struct faults *faults) MUST_CHECK;
const char *tags_body(json_t *posted, bool create, struct arena *arena, struct faults *faults) MUST_CHECK;

/* Adds five arrays, the categories that a new user starts with: ids, parents, names, kinds, slugs. */
void categories_add_defaults(struct db_params *params);

#endif
