#include "base/metrics_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stdbool.h>

#include "base/str.h"

enum { REQUEST_MAX = 4096, REPLY_LIMIT = 4 * 1024 * 1024, REQUEST_MS = 5000, CLIENTS_MAX = 64 };

union listener {
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

struct metrics_http {
    union listener listener;
    bool is_pipe;
    int clients;
    void (*write)(void *data, struct buf *out);
    void *data;
};

struct client {
    union listener connection;
    uv_timer_t timer;
    uv_write_t request;
    struct metrics_http *http;
    char in[REQUEST_MAX];
    size_t in_size;
    struct buf out;
    int open_handles;
};

static void on_client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data;
    if (--client->open_handles > 0)
        return;
    client->http->clients--;
    buf_free(&client->out);
    free(client);
}

static void close_client(struct client *client)
{
    if (uv_is_closing((uv_handle_t *)&client->timer) != 0)
        return;
    uv_close((uv_handle_t *)&client->connection.stream, on_client_closed);
    uv_close((uv_handle_t *)&client->timer, on_client_closed);
}

static void on_time(uv_timer_t *timer)
{
    close_client(timer->data);
}

static void on_written(uv_write_t *request, int status)
{
    (void)status;
    close_client(request->data);
}

static void answer(struct client *client)
{
    struct buf body;
    buf_init(&body, REPLY_LIMIT);
    client->http->write(client->http->data, &body);
    buf_init(&client->out, REPLY_LIMIT + REQUEST_MAX);
    buf_printf(
        &client->out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n"
        "Connection: close\r\n\r\n",
        body.size);
    buf_add(&client->out, body.data, body.size);
    buf_free(&body);
    client->request.data = client;
    uv_read_stop(&client->connection.stream);
    uv_buf_t buf = uv_buf_init(client->out.data, (unsigned)client->out.size);
    if (uv_write(&client->request, &client->connection.stream, &buf, 1, on_written) != 0)
        close_client(client);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct client *client = handle->data;
    (void)suggested;
    *buf = uv_buf_init(client->in + client->in_size, (unsigned)(sizeof client->in - 1 - client->in_size));
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct client *client = stream->data;
    (void)buf;
    if (size < 0) {
        close_client(client);
        return;
    }
    client->in_size += (size_t)size;
    client->in[client->in_size] = '\0';
    if (strstr(client->in, "\r\n\r\n") != NULL)
        answer(client);
    else if (client->in_size + 1 >= sizeof client->in)
        close_client(client);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct metrics_http *http = listener->data;
    if (status < 0)
        return;
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL)
        abort();
    if (http->is_pipe)
        uv_pipe_init(listener->loop, &client->connection.pipe, 0);
    else
        uv_tcp_init(listener->loop, &client->connection.tcp);
    uv_timer_init(listener->loop, &client->timer);
    client->open_handles = 2;
    client->connection.stream.data = client->timer.data = client;
    client->http = http;
    http->clients++;
    if (uv_accept(listener, &client->connection.stream) != 0 || http->clients > CLIENTS_MAX) {
        close_client(client);
        return;
    }
    uv_timer_start(&client->timer, on_time, REQUEST_MS, 0);
    uv_read_start(&client->connection.stream, on_alloc, on_read);
}

static int bind_tcp(struct metrics_http *http, uv_loop_t *loop, const char *listen, struct err *err)
{
    const char *colon = strrchr(listen, ':');
    char host[256];
    int64_t port = 0;
    struct sockaddr_storage address;
    if (colon == NULL || (size_t)(colon - listen) >= sizeof host ||
        str_to_int(str_of(colon + 1), &port) != 0 || port < 0 || port > 65535)
        return err_set(err, ERR_REJECT, "'%s' is no HOST:PORT", listen);
    bool bracketed = listen[0] == '[' && colon > listen + 1 && colon[-1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(colon - listen) - 2 * bracketed, listen + bracketed);
    if (uv_ip4_addr(host, (int)port, (struct sockaddr_in *)&address) != 0 &&
        uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)&address) != 0)
        return err_set(err, ERR_REJECT, "'%s' is no IP address", host);
    uv_tcp_init(loop, &http->listener.tcp);
    int result = uv_tcp_bind(&http->listener.tcp, (struct sockaddr *)&address, 0);
    return result == 0 ? 0 : err_set(err, ERR_RETRY, "%s: %s", listen, uv_strerror(result));
}

static int bind_pipe(struct metrics_http *http, uv_loop_t *loop, const char *path, struct err *err)
{
    unlink(path);
    uv_pipe_init(loop, &http->listener.pipe, 0);
    http->is_pipe = true;
    int result = uv_pipe_bind(&http->listener.pipe, path);
    return result == 0 ? 0 : err_set(err, ERR_RETRY, "%s: %s", path, uv_strerror(result));
}

static void on_listener_closed(uv_handle_t *handle)
{
    free(handle->data);
}

struct metrics_http *metrics_http_open(uv_loop_t *loop, const char *listen,
                                       void (*write)(void *data, struct buf *out), void *data,
                                       struct err *err)
{
    struct metrics_http *http = calloc(1, sizeof *http);
    if (http == NULL)
        abort();
    http->write = write;
    http->data = data;
    bool is_pipe = strncmp(listen, "unix:", 5) == 0;
    int result = is_pipe ? bind_pipe(http, loop, listen + 5, err) : bind_tcp(http, loop, listen, err);
    int bound = result;
    http->listener.stream.data = http;
    if (result == 0 && (bound = uv_listen(&http->listener.stream, CLIENTS_MAX, on_connection)) != 0)
        result = err_set(err, ERR_RETRY, "%s: %s", listen, uv_strerror(bound));
    if (result == 0)
        return http;
    if (http->listener.stream.loop != NULL)
        uv_close((uv_handle_t *)&http->listener.stream, on_listener_closed);
    else
        free(http);
    return NULL;
}
