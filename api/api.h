#ifndef API_API_H
#define API_API_H

/* What one API process has: made by main, handed to every request as request->api. Nobody else's state is
 * global. */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/metrics.h"
#include "base/seal.h"
#include "base/signing.h"
#include "finance/zone.h"

struct auth;
struct classify;
struct db_pool;
struct idempotency;
struct intake;
struct known_accounts;
struct passwords;
struct queue_uv;
struct room;
struct server;
struct tries;

struct api {
    uv_loop_t *loop;
    struct db_pool *pool;
    struct queue_uv *queue;
    struct room *room;
    struct auth *auth;
    struct classify *classify;
    struct idempotency *idempotency;
    struct intake *intake;
    struct known_accounts *known_accounts;
    struct passwords *passwords;
    struct tries *tries;
    struct zones zones;
    struct metrics metrics;
    struct server *server;
    struct signing_keys signing;
    struct seal_key secret;
    bool draining; /* SIGTERM came: no new connections, each answer closes its own */
};

#endif
