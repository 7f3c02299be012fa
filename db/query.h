#ifndef DB_QUERY_H
#define DB_QUERY_H

/* A statement of sql/queries: its name is the file's and the prepared statement's. The generated sql.h
 * declares one `sql_NAME` a file, so that a misspelt name does not link. */
struct sql {
    const char *name, *text;
};

#endif
