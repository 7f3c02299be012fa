#ifndef API_SERVER_H
#define API_SERVER_H

/* The listening socket and what all connections share. Several processes may listen on one address
 * (SO_REUSEPORT). */

#include <uv.h>

#include "api/api.h"
#include "base/err.h"

enum { SERVER_READ_SIZE = 64 * 1024 };

struct request;

/* Who answers: connections know requests, not what becomes of them. */
struct server_handler {
    void (*handle)(struct request *request); /* its head is whole */
    void (*refuse)(struct request *request, int status,
                   const char *detail); /* a head that is none; detail static */
};

struct server {
    struct api *api;
    struct server_handler handler;
    uv_tcp_t listener;
    struct conn *conns;                /* doubly linked */
    int64_t conn_count, request_count; /* a request may outlive its connection */
    size_t body_bytes;                 /* held by all requests together: at most PURSER_BODY_MEMORY_BYTES */
    uv_timer_t drain_timer;
    bool is_draining;
    void (*drained)(void *arg);
    void *drained_arg;
    char read_buffer[SERVER_READ_SIZE]; /* reads are handed on within their callback: one is enough */
};

/* Listens on "HOST:PORT" or "[IPV6]:PORT". The server owns its memory until server_free. */
struct server *server_open(struct api *api, const struct server_handler *handler, const char *address,
                           struct err *err);

/* Stops accepting, closes what is idle, lets running requests end; after PURSER_DRAIN_MS closes them too.
 * drained is called once, when no connection and no request is left. */
void server_drain(struct server *server, void (*drained)(void *arg), void *arg);

/* A connection was closed or a request ended: for conn and request. */
void server_check_drained(struct server *server);

/* After the loop has ended. */
void server_free(struct server *server);

#endif
