#ifndef API_ROUTE_H
#define API_ROUTE_H

/* The table of paths: one line each in api/routes.def. Matching is by whole segments; a slash missing or too
 * many at the end makes no difference. */

#include <stddef.h>

#include "api/head.h"

struct request;

enum access { ACCESS_OPEN, ACCESS_USER, ACCESS_ADMIN };

enum body_kind {
    BODY_NONE,   /* none, or what programs send when they must send something: white space or {} */
    BODY_JSON,   /* at most PURSER_BODY_MAX_BYTES, parsed before the handler */
    BODY_BATCH,  /* the same, at most PURSER_BATCH_MAX_BYTES */
    BODY_FILE,   /* any bytes, whole before the handler, at most PURSER_FX_FILE_MAX_BYTES */
    BODY_STREAM, /* the handler reads it, at most PURSER_UPLOAD_MAX_BYTES */
};

struct route {
    enum method method;
    const char *pattern; /* "/v1/accounts/:id" */
    void (*handler)(struct request *request);
    enum access access;
    enum body_kind body;
};

/* Finds the route of a path. HEAD finds GET. NULL when there is none; then *allowed, unless it is empty,
 * lists the methods that the path has ("GET, POST"): OPTIONS or 405. "*" has all of them. `params` get the
 * raw (encoded) segments. */
const struct route *route_find(enum method method, struct str path, struct str *params, size_t params_max,
                               char allowed[64]);

/* All routes, for tests and /openapi.json's walk; ends with a NULL pattern. */
extern const struct route routes_all[];

#define ROUTE(method, pattern, handler, access, body) void handle_##handler(struct request *request);
#include "api/routes.def"
#undef ROUTE

#endif
