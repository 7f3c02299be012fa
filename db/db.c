#include "db/db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "db/prepared.h"
#include "db/types.h"

struct db {
    PGconn *connection;
    bool sent; /* a statement's answer is to be received */
    struct prepared prepared;
};

/* Classes and codes (PostgreSQL manual, appendix A) after which the same call may succeed. */
static bool is_worth_retrying(const char *sqlstate)
{
    static const char *const prefixes[] = {
        "08",    /* connection */
        "53",    /* disk, memory, connections */
        "57",    /* shut down, cancelled by an operator or a timeout */
        "55P03", /* lock not available */
        "58",    /* the server's own I/O */
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(sqlstate, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

bool db_is_taken_back(const char *sqlstate, const char *constraint)
{
    /* A row was routed to the default partition while the partition it belongs to was being attached: next
     * time it finds it. A check of ours has a name, a partition's bound has none. */
    bool missed_partition = strcmp(sqlstate, "23514") == 0 && constraint[0] == '\0';
    return missed_partition || strncmp(sqlstate, "40", 2) == 0;
}

static const char *constraint_of(const PGresult *result)
{
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    return constraint == NULL ? "" : constraint;
}

/* libpq's messages end with a newline and may have several lines: the first says it. */
static int first_line_length(const char *message)
{
    return (int)strcspn(message, "\n");
}

int db_error_of(const PGresult *result, const PGconn *connection, struct err *err)
{
    const char *sqlstate = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (sqlstate == NULL) {
        const char *message = PQerrorMessage(connection);
        return err_set(err, ERR_RETRY, "PostgreSQL: %.*s", first_line_length(message), message);
    }
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    enum err_class class = is_worth_retrying(sqlstate) || db_is_taken_back(sqlstate, constraint_of(result))
                               ? ERR_RETRY
                           : strncmp(sqlstate, "23", 2) == 0 || strncmp(sqlstate, "22", 2) == 0 ? ERR_REJECT
                                                                                                : ERR_BUG;
    return err_set(err, class, "PostgreSQL %s: %s", sqlstate, message == NULL ? "no message" : message);
}

static void ignore_notice(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

struct db *db_open(const char *url, struct err *err)
{
    const char *const keywords[] = DB_CONNECT_KEYWORDS, *const values[] = DB_CONNECT_VALUES(url);
    PGconn *connection = PQconnectdbParams(keywords, values, 1);
    if (PQstatus(connection) != CONNECTION_OK) {
        db_error_of(NULL, connection, err);
        PQfinish(connection);
        return NULL;
    }
    PQsetNoticeProcessor(connection, ignore_notice, NULL);
    struct db *db = calloc(1, sizeof *db);
    if (db == NULL)
        abort();
    db->connection = connection;
    return db;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    PQfinish(db->connection);
    free(db);
}

int db_revive(struct db *db, struct err *err)
{
    if (PQstatus(db->connection) == CONNECTION_OK)
        return 0;
    memset(&db->prepared, 0, sizeof db->prepared);
    PQreset(db->connection);
    if (PQstatus(db->connection) != CONNECTION_OK)
        return db_error_of(NULL, db->connection, err);
    return 0;
}

static int check_result(struct db *db, PGresult *result, struct err *err)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return 0;
    return db_error_of(result, db->connection, err);
}

static int prepare(struct db *db, const struct sql *sql, struct err *err)
{
    if (prepared_has(&db->prepared, sql))
        return 0;
    PGresult *result = PQprepare(db->connection, sql->name, sql->text, 0, NULL);
    int status = check_result(db, result, err);
    PQclear(result);
    if (status != 0)
        return err_wrap(err, "%s", sql->name);
    prepared_add(&db->prepared, sql);
    return 0;
}

/* rows may be NULL. */
static int take_result(struct db *db, const struct sql *sql, PGresult *result, struct arena *arena,
                       struct db_rows *rows, struct err *err)
{
    if (check_result(db, result, err) != 0) {
        PQclear(result);
        return err_wrap(err, "%s", sql->name);
    }
    if (rows == NULL)
        PQclear(result);
    else
        db_rows_take(rows, result, arena);
    return 0;
}

int db_run(struct db *db, const struct sql *sql, const struct db_params *params, struct db_rows *rows,
           struct err *err)
{
    assert(!db->sent);
    if (prepare(db, sql, err) != 0)
        return -1;
    PGresult *result = PQexecPrepared(db->connection, sql->name, params->count, params->values,
                                      params->lengths, params->formats, 1);
    return take_result(db, sql, result, params->arena, rows, err);
}

int db_send(struct db *db, const struct sql *sql, const struct db_params *params, struct err *err)
{
    assert(!db->sent);
    if (prepare(db, sql, err) != 0)
        return -1;
    if (PQsendQueryPrepared(db->connection, sql->name, params->count, params->values, params->lengths,
                            params->formats, 1) != 1) {
        db_error_of(NULL, db->connection, err);
        return err_wrap(err, "%s", sql->name);
    }
    db->sent = true;
    return 0;
}

/* A statement has one result; libpq tells its end by NULL. */
static PGresult *last_result(struct db *db)
{
    PGresult *last = NULL, *result;
    while ((result = PQgetResult(db->connection)) != NULL) {
        PQclear(last);
        last = result;
    }
    db->sent = false;
    return last;
}

int db_receive(struct db *db, const struct sql *sql, struct arena *arena, struct db_rows *rows,
               struct err *err)
{
    assert(db->sent);
    return take_result(db, sql, last_result(db), arena, rows, err);
}

static int command(struct db *db, const char *text, struct err *err)
{
    PGresult *result = PQexec(db->connection, text);
    int status = check_result(db, result, err);
    PQclear(result);
    return status;
}

int db_begin(struct db *db, struct err *err)
{
    return command(db, "BEGIN", err);
}

bool db_is_in_transaction(const struct db *db)
{
    return PQtransactionStatus(db->connection) == PQTRANS_INTRANS;
}

int db_commit(struct db *db, struct err *err)
{
    /* COMMIT of a failed transaction succeeds as ROLLBACK: that must not pass for a commit. */
    if (!db_is_in_transaction(db))
        return err_set(err, ERR_BUG, "commit of a transaction that has failed or was not begun");
    return command(db, "COMMIT", err);
}

void db_rollback(struct db *db)
{
    if (db->sent)
        PQclear(last_result(db));
    PGTransactionStatusType status = PQtransactionStatus(db->connection);
    struct err ignored;
    if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR)
        (void)!command(db, "ROLLBACK", &ignored); /* a lost connection has rolled back by itself */
}

PGconn *db_raw(struct db *db)
{
    return db->connection;
}
