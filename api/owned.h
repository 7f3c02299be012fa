#ifndef API_OWNED_H
#define API_OWNED_H

/*
 * Things that a user owns, listed by id, made, read, edited and deleted alike: accounts, categories, tags,
 * rules, recurring entries. A resource brings its statements, which take these parameters, and checks its
 * bodies.
 */

#include "api/request.h"

/* $1 user, $2 after this id (text), $3 limit. Reads ?limit= and ?cursor=. */
void owned_list(struct request *request, const struct sql *sql);

/* $1 user, $2 the path's id. */
void owned_get(struct request *request, const struct sql *sql);

/* $1 user, $2 the new id, $3 body (JSON text), $4 now. Refused when the request has faults; then body may be
 * NULL. */
void owned_create(struct request *request, const struct sql *sql, const char *body);

/* $1 user, $2 the path's id, $3 body, $4 now, $5 the version of If-Match or null. Refused as in owned_create.
 */
void owned_update(struct request *request, const struct sql *sql, const char *body);

/* $1 user, $2 the path's id, $3 now, $4 the version of If-Match or null. */
void owned_delete(struct request *request, const struct sql *sql);

/* The parameters of owned_create, owned_update and owned_delete, for a statement that takes more; NULL:
 * answered already. */
struct db_params *owned_create_params(struct request *request, const char *body);
struct db_params *owned_update_params(struct request *request, const char *body);
struct db_params *owned_delete_params(struct request *request);

#endif
