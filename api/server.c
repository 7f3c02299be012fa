#include "api/server.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/conn.h"
#include "base/log.h"
#include "base/settings.h"

enum { ADDRESS_LIMIT = 300, BACKLOG = 4096 };

/* "HOST:PORT" into its halves; brackets of an IPv6 address are dropped. */
static int split_address(const char *address, char host[ADDRESS_LIMIT], const char **port, struct err *err)
{
    const char *colon = strrchr(address, ':');
    size_t size = colon == NULL ? 0 : (size_t)(colon - address);
    if (colon == NULL || size == 0 || size >= ADDRESS_LIMIT || colon[1] == '\0')
        return err_set(err, ERR_REJECT, "PURSER_LISTEN must be HOST:PORT, not '%s'", address);
    if (address[0] == '[' && address[size - 1] == ']') {
        address++;
        size -= 2;
    }
    memcpy(host, address, size);
    host[size] = '\0';
    *port = colon + 1;
    return 0;
}

/* libuv has no SO_REUSEPORT: the socket is made here. */
static int open_socket(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
    int on = 1;
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static int open_address(const char *address, struct err *err)
{
    char host[ADDRESS_LIMIT];
    const char *port = NULL;
    if (split_address(address, host, &port, err) != 0)
        return -1;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found = NULL;
    int code = getaddrinfo(host, port, &hints, &found);
    if (code != 0)
        return err_set(err, ERR_REJECT, "PURSER_LISTEN=%s: %s", address, gai_strerror(code));
    int fd = open_socket(found);
    freeaddrinfo(found);
    return fd < 0 ? err_set(err, ERR_RETRY, "can't listen on %s: %s", address, strerror(errno)) : fd;
}

/* Each connection is a descriptor: take as many as the system lets us. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)!setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct server *server = listener->data;
    if (status < 0)
        log_warn("accept_failed", LOG_TEXT("error", uv_strerror(status)));
    else
        conn_accept(server, listener);
}

struct server *server_open(struct api *api, const struct server_handler *handler, const char *address,
                           struct err *err)
{
    raise_descriptor_limit();
    int fd = open_address(address, err);
    if (fd < 0)
        return NULL;
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL)
        abort();
    server->api = api;
    server->handler = *handler;
    server->listener.data = server->drain_timer.data = server;
    uv_tcp_init(api->loop, &server->listener);
    uv_timer_init(api->loop, &server->drain_timer);
    uv_unref((uv_handle_t *)&server->drain_timer);
    int status = uv_tcp_open(&server->listener, fd);
    if (status == 0)
        status = uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection);
    if (status == 0)
        return server;
    err_set(err, ERR_RETRY, "can't listen on %s: %s", address, uv_strerror(status));
    uv_close((uv_handle_t *)&server->listener, NULL);
    uv_close((uv_handle_t *)&server->drain_timer, NULL);
    uv_run(api->loop, UV_RUN_NOWAIT);
    free(server);
    return NULL;
}

void server_check_drained(struct server *server)
{
    if (!server->is_draining || server->conn_count > 0 || server->request_count > 0 ||
        server->drained == NULL)
        return;
    void (*drained)(void *arg) = server->drained;
    server->drained = NULL;
    uv_close((uv_handle_t *)&server->drain_timer, NULL);
    drained(server->drained_arg);
}

static void close_all(uv_timer_t *timer)
{
    struct server *server = timer->data;
    if (server->conn_count > 0)
        log_warn("drain_timeout", LOG_INT("connections", server->conn_count));
    while (server->conns != NULL)
        conn_close(server->conns);
}

void server_drain(struct server *server, void (*drained)(void *arg), void *arg)
{
    server->is_draining = true;
    server->drained = drained;
    server->drained_arg = arg;
    uv_close((uv_handle_t *)&server->listener, NULL);
    uv_timer_start(&server->drain_timer, close_all, (uint64_t)settings.drain_ms, 0);
    for (struct conn *conn = server->conns, *next; conn != NULL; conn = next) {
        next = conn_next(conn);
        conn_drain(conn);
    }
    server_check_drained(server);
}

void server_free(struct server *server)
{
    free(server);
}
