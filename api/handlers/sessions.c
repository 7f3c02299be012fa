/* Sessions: POST, GET /v1/sessions; POST /v1/sessions/refresh; DELETE /v1/sessions/current, /v1/sessions/ID;
 * GET /.well-known/jwks.json. */
#include <string.h>

#include "api/api.h"
#include "api/auth.h"
#include "api/email.h"
#include "api/password.h"
#include "api/reply.h"
#include "api/secrets.h"
#include "api/tries.h"
#include "base/log.h"
#include "base/settings.h"

enum { USER_AGENT_MAX = 200 };

/* A login or refresh, from one callback to the next. */
struct opening {
    const char *name; /* as given, for the count of wrong tries */
    const char *password;
    struct id user, session;
    const char *role;
    char refresh_token[SECRET_TOKEN_SIZE];
    uint8_t refresh_hash[HASH_SIZE];
};

static void make_refresh_token(struct request *request, struct opening *opening)
{
    secret_new_token(opening->refresh_token);
    secret_hash(&request->api->secret, SECRET_REFRESH, "", opening->refresh_token, opening->refresh_hash);
}

static void reply_tokens(struct request *request, const struct opening *opening)
{
    struct token_claims claims = {
        .user = opening->user,
        .session = opening->session,
        .jti = id_new(),
        .issued_s = request->now_ms / 1000,
        .expires_s = (request->now_ms + settings.token_ms) / 1000,
    };
    const char *token = token_mint(request->arena, auth_rules(request->api->auth), &claims, opening->role);
    if (token == NULL) {
        struct err err;
        err_set(&err, ERR_BUG, "a token can't be signed");
        reply_error(request, &err);
        return;
    }
    reply_json(request, 200,
               arena_printf(request->arena,
                            "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%lld,"
                            "\"refresh_token\":\"%s\"}",
                            token, (long long)settings.token_ms / 1000, opening->refresh_token));
}

/* Logging in */

static void on_opened(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0)
        reply_error(request, &answer->err);
    else
        reply_tokens(request, request->state);
}

static const char *user_agent(struct request *request)
{
    struct str value = head_find(request->head, "user-agent");
    if (value.data == NULL || !str_is_utf8(value) || str_has_control(value))
        return "";
    return arena_memdup(request->arena, value.data, value.size < USER_AGENT_MAX ? value.size : 0);
}

static void on_password_judged(struct request *request, bool is_right)
{
    struct opening *opening = request->state;
    if (!is_right) {
        tries_add(request->api->tries, opening->name, request->now_ms);
        log_info("login_refused", LOG_TEXT("trace", request->traceparent));
        reply_problem(request, PROBLEM_CREDENTIALS, NULL);
        return;
    }
    tries_forget(request->api->tries, opening->name);
    opening->session = request->id;
    make_refresh_token(request, opening);
    struct db_params *params = request_params(request);
    db_add_id(params, &opening->session);
    db_add_id(params, &opening->user);
    db_add_time(params, request->now_ms);
    db_add_time(params, request->now_ms + settings.session_ms);
    db_add_text(params, user_agent(request));
    db_add_bytes(params, opening->refresh_hash, HASH_SIZE);
    request_run(request, &sql_session_create, params, on_opened);
}

static void on_user_found(struct request *request, struct db_answer *answer)
{
    struct opening *opening = request->state;
    if (answer->result != 0) {
        reply_error(request, &answer->err);
        return;
    }
    const char *hash = NULL;
    if (answer->rows.count > 0) {
        opening->user = rows_id(&answer->rows, 0, 0);
        hash = rows_text(&answer->rows, 0, 1);
        opening->role = rows_text(&answer->rows, 0, 2);
    }
    password_verify(request, hash, opening->password, on_password_judged);
}

void handle_session_create(struct request *request)
{
    struct body {
        const char *username, *email, *password;
    } body = {0};
    static const struct json_field fields[] = {
        {"username", JSON_FIELD_TEXT, 0, 1, 254, offsetof(struct body, username)},
        {"email", JSON_FIELD_TEXT, 0, 1, 254, offsetof(struct body, email)},
        {"password", JSON_FIELD_SECRET, JSON_REQUIRED, 1, PASSWORD_MAX, offsetof(struct body, password)},
    };
    request_decode(request, fields, &body);
    if (request->faults.count == 0 && (body.username == NULL) == (body.email == NULL))
        faults_add(&request->faults, "", "needs either username or email");
    /* A username may be an address: people type what they remember. */
    const char *address = body.email != NULL ? body.email : body.username;
    bool is_address = address != NULL && (body.email != NULL || strchr(address, '@') != NULL);
    const char *email =
        is_address ? email_normalise(request->arena, address, "/email", &request->faults) : NULL;
    if (request_refused(request))
        return;
    struct opening *opening = arena_alloc(request->arena, sizeof *opening);
    opening->name = is_address ? email : body.username;
    opening->password = body.password;
    request->state = opening;
    int64_t wait_ms = tries_wait_ms(request->api->tries, opening->name, request->now_ms);
    if (wait_ms > 0) {
        reply_retry_after(request, PROBLEM_TOO_MANY, (wait_ms + 999) / 1000,
                          "too many wrong passwords for this name");
        return;
    }
    struct db_params *params = request_params(request);
    db_add_text(params, is_address ? NULL : body.username);
    db_add_text(params, email);
    request_run(request, &sql_user_login, params, on_user_found);
}

/* Going on */

static void on_refreshed(struct request *request, struct db_answer *answer)
{
    struct opening *opening = request->state;
    const struct db_rows *rows = &answer->rows;
    if (answer->result != 0) {
        reply_error(request, &answer->err);
    } else if (rows->count == 0) {
        reply_problem(request, PROBLEM_TOKEN_FORGED, NULL);
    } else if (rows_bool(rows, 0, 3)) {
        opening->session = rows_id(rows, 0, 0);
        opening->user = rows_id(rows, 0, 1);
        opening->role = rows_text(rows, 0, 2);
        reply_tokens(request, opening);
    } else {
        if (rows_bool(rows, 0, 4))
            log_warn("refresh_token_reused", LOG_TEXT("trace", request->traceparent));
        reply_problem(request, PROBLEM_TOKEN_REVOKED, "its session was ended");
    }
}

void handle_session_refresh(struct request *request)
{
    struct body {
        const char *refresh_token;
    } body = {0};
    static const struct json_field fields[] = {{"refresh_token", JSON_FIELD_TEXT, JSON_REQUIRED, 1,
                                                TOKEN_MAX_BYTES, offsetof(struct body, refresh_token)}};
    request_decode(request, fields, &body);
    if (request_refused(request))
        return;
    if (!secret_is_token(body.refresh_token)) {
        reply_problem(request, PROBLEM_TOKEN_MALFORMED, NULL);
        return;
    }
    struct opening *opening = arena_alloc(request->arena, sizeof *opening);
    request->state = opening;
    make_refresh_token(request, opening);
    uint8_t old_hash[HASH_SIZE];
    secret_hash(&request->api->secret, SECRET_REFRESH, "", body.refresh_token, old_hash);
    struct db_params *params = request_params(request);
    db_add_bytes(params, old_hash, HASH_SIZE);
    db_add_bytes(params, opening->refresh_hash, HASH_SIZE);
    db_add_time(params, request->now_ms);
    db_add_time(params, request->now_ms + settings.session_ms);
    request_run(request, &sql_session_refresh, params, on_refreshed);
}

/* Ending and listing */

static void end_session(struct request *request, const struct id *session)
{
    struct db_params *params = request_params(request);
    db_add_id(params, session);
    db_add_id(params, &request->user);
    db_add_time(params, request->now_ms);
    request_answer(request, &sql_session_end, params);
}

void handle_session_end_current(struct request *request)
{
    end_session(request, &request->session);
}

void handle_session_end(struct request *request)
{
    struct id session;
    if (request_param_id(request, 0, &session) == 0)
        end_session(request, &session);
}

static void on_listed(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0)
        reply_error(request, &answer->err);
    else
        reply_rows(request, &answer->rows, *(const int64_t *)request->state);
}

void handle_session_list(struct request *request)
{
    const char *after = NULL;
    struct id before;
    int64_t *limit = arena_alloc(request->arena, sizeof *limit);
    *limit = request_page(request, &after, 1);
    request->state = limit;
    if (after != NULL && id_parse(str_of(after), &before) != 0)
        faults_add(&request->faults, "cursor", "is not a cursor of this list");
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_time(params, request->now_ms);
    db_add_id(params, &request->session);
    db_add_id(params, after == NULL ? NULL : &before);
    db_add_int(params, *limit + 1);
    request_run(request, &sql_session_list, params, on_listed);
}

/* The public halves (RFC 7517), by which another service can verify tokens and not make any. */

static const char *jwk(struct request *request, const struct signing_key *key)
{
    return arena_printf(request->arena,
                        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"use\":\"sig\",\"kid\":\"%s\","
                        "\"x\":\"%s\",\"y\":\"%s\"}",
                        key->kid, key->x, key->y);
}

void handle_keys_get(struct request *request)
{
    const struct signing_keys *keys = &request->api->signing;
    reply_json(request, 200,
               arena_printf(request->arena, "{\"keys\":[%s%s%s]}", jwk(request, &keys->current),
                            keys->has_old ? "," : "", keys->has_old ? jwk(request, &keys->old) : ""));
}
