#ifndef DB_DB_H
#define DB_DB_H

/*
 * One blocking connection to PostgreSQL, for worker children, the scheduler and the command line. Statements
 * are those of sql/queries, prepared on first use. The API uses db_uv.h. A failed call's class comes from its
 * SQLSTATE: lost connection, deadlock, serialization, too many connections, out of disk: ERR_RETRY;
 * constraint and data errors: ERR_REJECT; the rest: ERR_BUG.
 */

#include "base/arena.h"
#include "base/err.h"
#include "db/params.h"
#include "db/query.h"
#include "db/rows.h"
#include "sql.h" /* generated: the statements */

struct db;

/* url: a libpq connection string. NULL with err when the server can't be reached. */
struct db *db_open(const char *url, struct err *err);
void db_close(struct db *db); /* NULL is fine */

/* Connects anew when the connection was lost; call it between transactions. */
int db_revive(struct db *db, struct err *err) MUST_CHECK;

/* Runs one statement. The rows live in params->arena. rows may be NULL. */
int db_run(struct db *db, const struct sql *sql, const struct db_params *params, struct db_rows *rows,
           struct err *err) MUST_CHECK;

/* The same in two halves: PostgreSQL works between them while the caller does something else. Nothing else
 * may use db meanwhile but db_rollback, which gives the statement up. */
int db_send(struct db *db, const struct sql *sql, const struct db_params *params, struct err *err) MUST_CHECK;
int db_receive(struct db *db, const struct sql *sql, struct arena *arena, struct db_rows *rows,
               struct err *err) MUST_CHECK;

int db_begin(struct db *db, struct err *err) MUST_CHECK;
int db_commit(struct db *db, struct err *err) MUST_CHECK;
void db_rollback(struct db *db); /* also right when nothing is open or the connection is gone */

/* A transaction is open and no statement of it has failed: it can go on. */
bool db_is_in_transaction(const struct db *db);

/* For migrate and COPY. Owned by db. */
PGconn *db_raw(struct db *db);

/* Shared with db_uv: the class and words of a failed result or connection. Returns -1. */
int db_error_of(const PGresult *result, const PGconn *connection, struct err *err);

/* Whether a failure says that the transaction lost against another one beside it, left nothing behind, and
 * may succeed as it is: serialization, deadlock (class 40 of the PostgreSQL manual, appendix A), a partition
 * that was attached meanwhile. constraint "" when the server named none. */
bool db_is_taken_back(const char *sqlstate, const char *constraint);

#endif
