/* purser-api: the HTTP daemon. One libuv loop; several of these may listen on the same address. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/auth.h"
#include "api/classify.h"
#include "api/dispatch.h"
#include "api/figures.h"
#include "api/idempotent.h"
#include "api/intake.h"
#include "api/known_accounts.h"
#include "api/password.h"
#include "api/room.h"
#include "api/server.h"
#include "api/tries.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "db/db_uv.h"
#include "queue/queue.h"

struct program {
    struct api api;
    uv_signal_t term, interrupt;
};

/* Handles that would keep the loop alive are closed when the last connection has gone; see watch_drain. */
static void close_rest(struct api *api)
{
    auth_close(api->auth);
    idempotency_close(api->idempotency);
    intake_close(api->intake);
    queue_uv_close(api->queue);
    room_close(api->room);
    db_pool_close(api->pool);
}

static void on_drained(void *arg)
{
    struct program *program = arg;
    uv_close((uv_handle_t *)&program->term, NULL);
    uv_close((uv_handle_t *)&program->interrupt, NULL);
    close_rest(&program->api);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct program *program = signal->data;
    if (program->api.draining)
        return;
    program->api.draining = true;
    log_info("draining", LOG_INT("signal", number), LOG_INT("connections", program->api.server->conn_count));
    server_drain(program->api.server, on_drained, program);
}

static int start(struct program *program, struct err *err)
{
    struct api *api = &program->api;
    if (sodium_init() < 0)
        return err_set(err, ERR_BUG, "libsodium does not start");
    json_object_seed(0); /* before threads parse */
    signal(SIGPIPE, SIG_IGN);
    if (clock_use_file(settings.clock_file, err) != 0 ||
        signing_load(settings.keys, &api->signing, err) != 0 ||
        seal_load(settings.keys, &api->secret, err) != 0)
        return -1;
    api->loop = uv_default_loop();
    api->server = server_open(api, &(struct server_handler){dispatch, dispatch_refuse}, settings.listen, err);
    if (api->server == NULL)
        return -1;
    struct db_pool_options pool = {
        .url = settings.database_url,
        .connections = (int)settings.api_connections,
        .waiting_max = (int)settings.api_waiting_max,
        .wait_ms = settings.api_wait_ms,
        .statement_ms = settings.api_statement_ms,
    };
    api->pool = db_pool_new(api->loop, &pool);
    api->queue = queue_uv_open(api->loop, settings.redis_url, NULL, err);
    if (api->queue == NULL)
        return -1;
    api->room = room_new(api);
    api->auth = auth_new(api, &api->signing);
    api->idempotency = idempotency_new(api);
    api->classify = classify_new();
    api->intake = intake_new(api);
    api->known_accounts = known_accounts_new();
    api->passwords = passwords_new(api);
    api->tries = tries_new(settings.login_tries, settings.login_window_ms);
    figures_init(&api->metrics);
    zones_open(&api->zones, ZONE_DIRECTORY);
    uv_signal_init(api->loop, &program->term);
    uv_signal_init(api->loop, &program->interrupt);
    program->term.data = program->interrupt.data = program;
    uv_signal_start(&program->term, on_signal, SIGTERM);
    uv_signal_start(&program->interrupt, on_signal, SIGINT);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        bool wants_help = strcmp(argv[1], "--help") == 0;
        FILE *out = wants_help ? stdout : stderr;
        fputs("purser-api: serves HTTP. It takes no arguments; its settings are environment variables:\n\n",
              out);
        settings_print_help(out);
        return wants_help ? 0 : 2;
    }
    struct err err;
    static struct program program;
    if (settings_load(&err) != 0) {
        fprintf(stderr, "purser-api: %s\n", err.text);
        return 2;
    }
    log_open("purser-api", settings.log_level, settings.log_format);
    if (start(&program, &err) != 0) {
        log_error("start_failed", LOG_TEXT("error", err.text));
        return 1;
    }
    log_info("ready", LOG_TEXT("listen", settings.listen));
    uv_run(program.api.loop, UV_RUN_DEFAULT);
    known_accounts_free(program.api.known_accounts);
    classify_free(program.api.classify);
    passwords_free(program.api.passwords);
    tries_free(program.api.tries);
    metrics_free(&program.api.metrics);
    zones_close(&program.api.zones);
    server_free(program.api.server);
    uv_loop_close(program.api.loop);
    log_info("ended");
    return 0;
}
