#ifndef API_PROBLEM_H
#define API_PROBLEM_H

/* What can be wrong, as RFC 9457 problem documents. */

#include "base/arena.h"
#include "base/faults.h"

enum problem {
#define PROBLEM(name, slug, status, title, detail) PROBLEM_##name,
#include "api/problems.def"
#undef PROBLEM
};

int problem_status(enum problem problem);

/* The first kind with this status; INTERNAL for one that has none. */
enum problem problem_of_status(int status);

/* The document: type, title, status, detail, errors. Without a detail (NULL) the first fault is told, or what
 * the kind always says; faults may be empty. */
const char *problem_write(struct arena *arena, enum problem problem, const char *detail,
                          const struct faults *faults);

#endif
