#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "db/db.h"

/* Applies what is missing of sql/migrations, each in a transaction of its own, under an advisory lock, so
 * that any number of programs may start at once. *applied: how many were. A database that is newer than this
 * binary is refused. */
int migrate_run(struct db *db, int *applied, struct err *err) MUST_CHECK;

#endif
