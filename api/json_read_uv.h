#ifndef API_JSON_READ_UV_H
#define API_JSON_READ_UV_H

/* JSON bodies: a small one is parsed at once, a large one on another thread, since a megabyte would hold up
 * everybody on the loop for 28 ms. */

#include "api/request.h"

/* Parses request->body into request->json; then done. On failure json is NULL and faults say why. */
void json_read_uv(struct request *request, void (*done)(struct request *request));

#endif
