#ifndef API_DISPATCH_H
#define API_DISPATCH_H

/* The way of a request from its head to its handler: route, token, body, Idempotency-Key. */

#include "api/request.h"

/* For server_handler: its head is whole. It is answered now or later. */
void dispatch(struct request *request);

/* Answers a head that was refused. detail: static. */
void dispatch_refuse(struct request *request, int status, const char *detail);

#endif
