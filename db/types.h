#ifndef DB_TYPES_H
#define DB_TYPES_H

/* What db/ knows of PostgreSQL's types and binary formats (src/include/catalog/pg_type.dat); private to the
 * room. */

enum {
    DB_TYPE_BOOL = 16,
    DB_TYPE_BYTEA = 17,
    DB_TYPE_INT8 = 20,
    DB_TYPE_INT2 = 21,
    DB_TYPE_INT4 = 23,
    DB_TYPE_TEXT = 25,
    DB_TYPE_JSON = 114,
    DB_TYPE_FLOAT4 = 700,
    DB_TYPE_FLOAT8 = 701,
    DB_TYPE_BPCHAR = 1042,
    DB_TYPE_VARCHAR = 1043,
    DB_TYPE_DATE = 1082,
    DB_TYPE_TIMESTAMPTZ = 1184,
    DB_TYPE_UUID = 2950,
};

/* For PQconnectdbParams and its like: our options, which the URL's override. Compiling a statement's plan
 * (JIT) takes seconds where the branches that never run look dear (bench/listing). A server that does not
 * look after its client goes on with the statement of a child that was killed, and holds its locks, to the
 * end. */
#define DB_CONNECT_KEYWORDS                                                                                  \
    {                                                                                                        \
        "options", "dbname", NULL                                                                            \
    }
#define DB_CONNECT_VALUES(url)                                                                               \
    {                                                                                                        \
        "-c jit=off -c client_connection_check_interval=1000", (url), NULL                                   \
    }

/* Dates and times on the wire count from 2000-01-01. */
#define DB_EPOCH_DAY 10957
#define DB_EPOCH_MS  INT64_C(946684800000)

#endif
