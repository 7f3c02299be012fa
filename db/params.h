#ifndef DB_PARAMS_H
#define DB_PARAMS_H

/*
 * The parameters of one statement, in PostgreSQL's binary format, made in an arena. Add them in the order $1,
 * $2, …; the statement casts each ($1::bigint[]), so no type is sent. Used alike by the blocking connection
 * (db.h) and the API's pool (db_uv.h): a ledger module has one function that adds the parameters and both
 * call it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/str.h"
#include "db/query.h"

enum { DB_PARAMS_MAX = 40 };

struct db_params {
    struct arena *arena;
    int count;
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX];
    int formats[DB_PARAMS_MAX];
};

void db_params_init(struct db_params *params, struct arena *arena);

void db_add_null(struct db_params *params);
void db_add_int(struct db_params *params, int64_t value); /* bigint */
void db_add_bool(struct db_params *params, bool value);   /* boolean */
void db_add_text(struct db_params *params,
                 const char *text);                         /* text, jsonb by $n::text::jsonb; NULL is null */
void db_add_str(struct db_params *params, struct str text); /* text */
void db_add_id(struct db_params *params, const struct id *id);              /* uuid; NULL is null */
void db_add_bytes(struct db_params *params, const void *data, size_t size); /* bytea; NULL is null */
void db_add_time(struct db_params *params, int64_t wall_ms);                /* timestamptz */
void db_add_date(struct db_params *params, int32_t day);                    /* date: days since 1970-01-01 */

/* Arrays, one dimension. `nulls` may be NULL; where nulls[i] is true element i is null. */
void db_add_ints(struct db_params *params, const int64_t *values, const bool *nulls,
                 size_t count);                                                /* bigint[] */
void db_add_bools(struct db_params *params, const bool *values, size_t count); /* boolean[] */
void db_add_texts(struct db_params *params, const char *const *values,
                  size_t count); /* text[], NULL is null */
void db_add_ids(struct db_params *params, const struct id *values, const bool *nulls,
                size_t count); /* uuid[] */
void db_add_times(struct db_params *params, const int64_t *wall_ms, const bool *nulls,
                  size_t count); /* timestamptz[] */
void db_add_dates(struct db_params *params, const int32_t *days, const bool *nulls,
                  size_t count); /* date[] */
void db_add_bytes_array(struct db_params *params, const struct str *values, const bool *nulls,
                        size_t count); /* bytea[] */

#endif
