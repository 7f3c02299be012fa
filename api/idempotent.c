#include "api/idempotent.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/reply.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/seal.h"
#include "base/settings.h"

enum {
    KEY_MAX = 255,
    REPLY_MAX_BYTES = 256 * 1024, /* a larger answer is not kept: the same request would be worked on again */
    ASK_AGAIN_MIN_MS = 10,
    ASK_AGAIN_MAX_MS = 250,
    WAIT_MAX_MS = 30000,
    RENEWALS_A_LEASE = 3,
    DIGEST_HEX = HASH_HEX_SIZE - 1,
};

typedef void send_function(struct request *request, int status, const char *content_type, struct str body);

struct idempotent {
    struct request *request;
    void (*next)(struct request *request);
    const char *key;
    uint8_t hash[HASH_SIZE];
    struct idempotent *previous, *after; /* of those at work */

    uv_timer_t *timer; /* while another is at work; freed by its close callback */
    int64_t ask_again_ms, give_up_ms;

    crypto_hash_sha256_state stream; /* of a streamed body */
    bool stream_ended;

    int status; /* the answer, while it is being kept, or to be replayed */
    const char *content_type, *kept_digest;
    struct str body;
    send_function *send;
};

/* What the process holds: the reservations whose leases it must renew. */
struct idempotency {
    struct api *api;
    struct seal_key key;
    uv_timer_t timer;
    struct idempotent *working;
    struct arena arena; /* of the renewal that is running */
    bool is_renewing;
};

/* Leases */

static void on_renewed(void *arg, struct db_answer *answer)
{
    struct idempotency *idempotency = arg;
    if (answer->result != 0)
        log_warn("lease_renewal_failed", LOG_TEXT("error", answer->err.text));
    idempotency->is_renewing = false;
}

static void on_renewal_timer(uv_timer_t *timer)
{
    struct idempotency *idempotency = timer->data;
    if (idempotency->working == NULL || idempotency->is_renewing)
        return;
    arena_reset(&idempotency->arena);
    size_t count = 0, used = 0;
    for (struct idempotent *one = idempotency->working; one != NULL; one = one->after)
        count++;
    struct id *users = arena_array(&idempotency->arena, count, sizeof *users);
    const char **keys = arena_array(&idempotency->arena, count, sizeof *keys);
    for (struct idempotent *one = idempotency->working; one != NULL; one = one->after) {
        users[used] = one->request->user;
        keys[used++] = arena_strdup(&idempotency->arena, one->key);
    }
    struct db_params *params = arena_alloc(&idempotency->arena, sizeof *params);
    db_params_init(params, &idempotency->arena);
    db_add_ids(params, users, NULL, count);
    db_add_texts(params, keys, count);
    db_add_time(params, clock_wall_ms() + settings.idempotency_lease_ms);
    idempotency->is_renewing = true;
    db_pool_run(idempotency->api->pool, &sql_idempotency_renew, params, on_renewed, idempotency);
}

struct idempotency *idempotency_new(struct api *api)
{
    struct idempotency *idempotency = calloc(1, sizeof *idempotency);
    if (idempotency == NULL)
        abort();
    idempotency->api = api;
    idempotency->key = seal_derive(&api->secret, "idempotency");
    arena_init(&idempotency->arena);
    idempotency->timer.data = idempotency;
    uv_timer_init(api->loop, &idempotency->timer);
    uint64_t every_ms = (uint64_t)settings.idempotency_lease_ms / RENEWALS_A_LEASE;
    uv_timer_start(&idempotency->timer, on_renewal_timer, every_ms, every_ms);
    uv_unref((uv_handle_t *)&idempotency->timer);
    return idempotency;
}

static void on_closed(uv_handle_t *handle)
{
    struct idempotency *idempotency = handle->data;
    arena_free(&idempotency->arena);
    free(idempotency);
}

void idempotency_close(struct idempotency *idempotency)
{
    uv_close((uv_handle_t *)&idempotency->timer, on_closed);
}

static void add_working(struct idempotent *one)
{
    struct idempotency *idempotency = one->request->api->idempotency;
    one->after = idempotency->working;
    if (one->after != NULL)
        one->after->previous = one;
    idempotency->working = one;
}

static void remove_working(struct idempotent *one)
{
    *(one->previous == NULL ? &one->request->api->idempotency->working : &one->previous->after) = one->after;
    if (one->after != NULL)
        one->after->previous = one->previous;
}

/* Streamed bodies. Their hash is made on the loop: it takes less than a millisecond a piece. */

void idempotent_saw_piece(struct request *request, struct str piece, int state)
{
    struct idempotent *one = request->idempotent;
    if (one == NULL)
        return;
    if (state == BODY_MORE)
        crypto_hash_sha256_update(&one->stream, (const unsigned char *)piece.data, piece.size);
    one->stream_ended = state == BODY_END;
}

/* "" when the body was not streamed, or not to its end. */
static void write_stream_digest(const struct idempotent *one, char hex[HASH_HEX_SIZE])
{
    uint8_t digest[HASH_SIZE];
    crypto_hash_sha256_state state = one->stream;
    hex[0] = '\0';
    if (!one->stream_ended)
        return;
    crypto_hash_sha256_final(&state, digest);
    hash_hex(digest, sizeof digest, hex);
}

/* A kept answer: "content-type\tdigest of the streamed body\n" headers "\n" body; sealed. */

static struct str pack(struct request *request, const char *content_type, struct str body)
{
    struct buf text;
    buf_init(&text, REPLY_MAX_BYTES);
    char digest[HASH_HEX_SIZE];
    write_stream_digest(request->idempotent, digest);
    buf_printf(&text, "%s\t%s\n", content_type == NULL ? "" : content_type, digest);
    if (request->headers.size > 0)
        buf_add(&text, request->headers.data, request->headers.size);
    buf_add_char(&text, '\n');
    buf_add(&text, body.data, body.size);
    struct str sealed = {NULL, 0};
    if (!text.overflowed)
        sealed = str_of(
            seal_close(request->arena, &request->api->idempotency->key, (struct str){text.data, text.size}));
    buf_free(&text);
    return sealed;
}

static void on_kept(struct request *request, struct db_answer *answer)
{
    struct idempotent *one = request->idempotent;
    if (answer->result != 0)
        log_warn("reply_not_kept", LOG_TEXT("error", answer->err.text),
                 LOG_TEXT("trace", request->traceparent));
    one->send(request, one->status, one->content_type, one->body);
}

/* Whether the same request is to be answered the same for a day: not when the answer was about the moment. */
static bool is_lasting(int status)
{
    return status < 500 && status != 401 && status != 408 && status != 429;
}

static void keep_answer(struct request *request, int status, const char *content_type, struct str body,
                        send_function *send)
{
    struct idempotent *one = request->idempotent;
    remove_working(one);
    one->status = status;
    one->content_type = content_type;
    one->body = body;
    one->send = send;
    struct str sealed = is_lasting(status) ? pack(request, content_type, body) : (struct str){NULL, 0};
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, one->key);
    db_add_id(params, &request->id);
    if (sealed.data == NULL) {
        db_add_time(params, clock_wall_ms());
        request_run(request, &sql_idempotency_release, params, on_kept);
        return;
    }
    db_add_int(params, status);
    db_add_bytes(params, sealed.data, sealed.size);
    request_run(request, &sql_idempotency_complete, params, on_kept);
}

static void replay(struct request *request)
{
    struct idempotent *one = request->idempotent;
    struct str line, rest = one->body;
    while ((line = str_split(rest, '\n', &rest)).size > 0) {
        buf_add(&request->headers, line.data, line.size);
        buf_add_char(&request->headers, '\n');
    }
    reply_header(request, "Idempotency-Replayed", "true");
    reply_text(request, one->status, one->content_type, rest);
}

static void compare_stream(struct request *request, struct str piece, int state)
{
    (void)piece; /* idempotent_saw_piece has had it */
    struct idempotent *one = request->idempotent;
    char digest[HASH_HEX_SIZE];
    write_stream_digest(one, digest);
    if (state == BODY_MORE)
        request_read_body(request, compare_stream);
    else if (state == BODY_BROKEN)
        request_refuse_body(request);
    else if (memcmp(digest, one->kept_digest, DIGEST_HEX) != 0)
        reply_problem(request, PROBLEM_KEY_REUSED, NULL);
    else
        replay(request);
}

static void open_kept(struct request *request, int status, struct str sealed)
{
    struct idempotent *one = request->idempotent;
    struct str text, digest;
    struct err err;
    if (seal_open(request->arena, &request->api->idempotency->key, sealed, &text, &err) != 0) {
        err.class = ERR_BUG;
        reply_error(request, &err);
        return;
    }
    struct str content_type = str_split(str_split(text, '\n', &one->body), '\t', &digest);
    one->status = status;
    if (content_type.size > 0)
        one->content_type = arena_memdup(request->arena, content_type.data, content_type.size);
    if (digest.size == DIGEST_HEX) {
        one->kept_digest = digest.data;
        request_read_body(request, compare_stream);
    } else {
        replay(request);
    }
}

/* Reserving */

static void reserve(struct idempotent *one);

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_ask_again(uv_timer_t *timer)
{
    struct idempotent *one = timer->data;
    uv_close((uv_handle_t *)timer, on_timer_closed);
    reserve(one);
}

static void wait_for_other(struct idempotent *one)
{
    if (clock_mono_ms() >= one->give_up_ms) {
        reply_retry_after(one->request, PROBLEM_BUSY, 1,
                          "another request with this Idempotency-Key is still at work");
        return;
    }
    uv_timer_t *timer = malloc(sizeof *timer);
    if (timer == NULL)
        abort();
    uv_timer_init(one->request->api->loop, timer);
    timer->data = one;
    uv_timer_start(timer, on_ask_again, (uint64_t)one->ask_again_ms, 0);
    one->ask_again_ms = one->ask_again_ms * 2 < ASK_AGAIN_MAX_MS ? one->ask_again_ms * 2 : ASK_AGAIN_MAX_MS;
}

static void on_reserved(struct request *request, struct db_answer *answer)
{
    struct idempotent *one = request->idempotent;
    const struct db_rows *rows = &answer->rows;
    if (answer->result != 0) {
        reply_error(request, &answer->err);
    } else if (rows->count == 0) {
        wait_for_other(one);
    } else if (!rows_bool(rows, 0, 1)) {
        reply_problem(request, PROBLEM_KEY_REUSED, NULL);
    } else if (rows_bool(rows, 0, 0)) {
        request->id = rows_id(rows, 0, 2);
        add_working(one);
        request->keep_answer = keep_answer;
        one->next(request);
    } else if (rows_is_null(rows, 0, 3)) {
        wait_for_other(one);
    } else {
        open_kept(request, (int)rows_int(rows, 0, 3), rows_bytes(rows, 0, 4));
    }
}

static void reserve(struct idempotent *one)
{
    struct request *request = one->request;
    struct db_params *params = request_params(request);
    int64_t now_ms = clock_wall_ms();
    db_add_id(params, &request->user);
    db_add_text(params, one->key);
    db_add_bytes(params, one->hash, HASH_SIZE);
    db_add_id(params, &request->id);
    db_add_time(params, now_ms);
    db_add_time(params, now_ms + settings.idempotency_lease_ms);
    db_add_time(params, now_ms - settings.idempotency_keep_ms);
    request_run(request, &sql_idempotency_reserve, params, on_reserved);
}

static void hash_request(const struct request *request, uint8_t digest[HASH_SIZE])
{
    crypto_hash_sha256_state state;
    uint64_t length = request->head->content_length;
    const struct str parts[] = {str_of(method_name(request->head->method)),
                                {"\n", 1},
                                request->head->path,
                                {"\n", 1},
                                request->head->query,
                                {"\n", 1},
                                {(const char *)&length, sizeof length},
                                request->body};
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        crypto_hash_sha256_update(&state, (const unsigned char *)parts[i].data, parts[i].size);
    crypto_hash_sha256_final(&state, digest);
}

void idempotent_begin(struct request *request, void (*next)(struct request *request))
{
    const char *key = request_header(request, "idempotency-key");
    if (request->head->method != METHOD_POST || key == NULL) {
        next(request);
        return;
    }
    size_t size = strlen(key);
    if (size == 0 || size > KEY_MAX || str_has_control(str_of(key)) || !str_is_utf8(str_of(key))) {
        faults_add(&request->faults, "Idempotency-Key", "must have from 1 to %d bytes of text", KEY_MAX);
        reply_problem(request, PROBLEM_MALFORMED_REQUEST, NULL);
        return;
    }
    struct idempotent *one = arena_alloc(request->arena, sizeof *one);
    *one =
        (struct idempotent){.request = request, .next = next, .key = key, .ask_again_ms = ASK_AGAIN_MIN_MS};
    one->give_up_ms = clock_mono_ms() + WAIT_MAX_MS;
    crypto_hash_sha256_init(&one->stream);
    hash_request(request, one->hash);
    request->idempotent = one;
    reserve(one);
}
