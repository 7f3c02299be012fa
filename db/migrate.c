#include "db/migrate.h"

#include <stdio.h>
#include <string.h>

/* Any number of programs may start at once: the lock makes one migrate and the others find it done. */
#define MIGRATION_LOCK "SELECT pg_advisory_lock(7237121)"
#define MIGRATION_FREE "SELECT pg_advisory_unlock(7237121)"

static int execute(struct db *db, const char *text, PGresult **result, struct err *err)
{
    *result = PQexec(db_raw(db), text);
    ExecStatusType status = PQresultStatus(*result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return 0;
    db_error_of(*result, db_raw(db), err);
    PQclear(*result);
    *result = NULL;
    return -1;
}

static int execute_only(struct db *db, const char *text, struct err *err)
{
    PGresult *result;
    if (execute(db, text, &result, err) != 0)
        return -1;
    PQclear(result);
    return 0;
}

static int apply(struct db *db, const struct sql *migration, struct err *err)
{
    char record[256];
    snprintf(record, sizeof record, "INSERT INTO migration (name) VALUES ('%s')", migration->name);
    if (execute_only(db, "BEGIN", err) == 0 && execute_only(db, migration->text, err) == 0 &&
        execute_only(db, record, err) == 0 && execute_only(db, "COMMIT", err) == 0)
        return 0;
    db_rollback(db);
    return err_wrap(err, "migration %s", migration->name);
}

static const struct sql *find_migration(const char *name)
{
    for (const struct sql *migration = sql_migrations; migration->name != NULL; migration++)
        if (strcmp(migration->name, name) == 0)
            return migration;
    return NULL;
}

static bool is_applied(const PGresult *names, const char *name)
{
    for (int i = 0; i < PQntuples(names); i++)
        if (strcmp(PQgetvalue(names, i, 0), name) == 0)
            return true;
    return false;
}

static int apply_missing(struct db *db, const PGresult *names, int *applied, struct err *err)
{
    for (int i = 0; i < PQntuples(names); i++)
        if (find_migration(PQgetvalue(names, i, 0)) == NULL)
            return err_set(err, ERR_REJECT,
                           "the database has migration %s, which this program does not know: it is newer",
                           PQgetvalue(names, i, 0));
    for (const struct sql *migration = sql_migrations; migration->name != NULL; migration++) {
        if (is_applied(names, migration->name))
            continue;
        if (apply(db, migration, err) != 0)
            return -1;
        ++*applied;
    }
    return 0;
}

int migrate_run(struct db *db, int *applied, struct err *err)
{
    *applied = 0;
    if (execute_only(db, MIGRATION_LOCK, err) != 0)
        return -1;
    PGresult *names = NULL;
    int status = -1;
    if (execute_only(db,
                     "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied_at timestamptz "
                     "DEFAULT now())",
                     err) == 0 &&
        execute(db, "SELECT name FROM migration ORDER BY name", &names, err) == 0)
        status = apply_missing(db, names, applied, err);
    PQclear(names);
    struct err ignored;
    (void)!execute_only(db, MIGRATION_FREE, &ignored); /* a lost connection has let go of it */
    return status;
}
