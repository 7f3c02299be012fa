/*
 * From an address to a verified address: POST /v1/registrations, /v1/registrations/verify; and the same for a
 * forgotten password: POST /v1/password-resets, /v1/password-resets/verify. Whether an address is known can't
 * be told from status, body or time: both ways do the same work in one statement.
 */
#include <string.h>

#include "api/accept.h"
#include "api/api.h"
#include "api/email.h"
#include "api/password.h"
#include "api/reply.h"
#include "api/secrets.h"
#include "base/seal.h"
#include "base/settings.h"

enum { HOUR_MS = 3600 * 1000, EMAIL_CHARS_MAX = 254 };

extern const struct task task_send_registration_code;

static const char *code_args(struct request *request, const char *email, const char *kind, const char *code)
{
    struct seal_key key = seal_derive(&request->api->secret, SEAL_MAILED_CODE);
    const char *sealed = seal_close(request->arena, &key, str_of(code));
    return arena_printf(request->arena, "{\"email\":%s,\"kind\":\"%s\",\"sealed\":\"%s\",\"valid_s\":%lld}",
                        json_quote(request->arena, str_of(email)), kind, sealed,
                        (long long)settings.code_ms / 1000);
}

static void on_requested(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0) {
        reply_error(request, &answer->err);
        return;
    }
    if (!rows_bool(&answer->rows, 0, 0)) {
        reply_retry_after(request, PROBLEM_TOO_MANY, rows_int(&answer->rows, 0, 2),
                          "a code was sent to this address lately");
        return;
    }
    if (!rows_is_null(&answer->rows, 0, 1)) {
        struct str envelope = rows_bytes(&answer->rows, 0, 1);
        accept_put(request->api, &envelope, 1);
    }
    reply_json(request, 202, "{\"status\":\"a mail is on its way\"}");
}

/* kinds: of the mail to an unknown and to a known address; NULL where none goes out. */
static void request_code(struct request *request, const char *purpose, const char *const kinds[2])
{
    struct body {
        const char *email;
    } body = {0};
    static const struct json_field fields[] = {
        {"email", JSON_FIELD_SECRET, JSON_REQUIRED, 1, EMAIL_CHARS_MAX, offsetof(struct body, email)}};
    request_decode(request, fields, &body);
    const char *email =
        body.email == NULL ? NULL : email_normalise(request->arena, body.email, "/email", &request->faults);
    if (request_refused(request) || !accept_has_room(request, &task_send_registration_code))
        return;
    char code[SECRET_CODE_SIZE];
    uint8_t digest[HASH_SIZE];
    secret_new_code(code);
    secret_hash(&request->api->secret, SECRET_CODE, arena_printf(request->arena, "%s %s", purpose, email),
                code, digest);
    struct str envelopes[2] = {{NULL, 0}, {NULL, 0}};
    struct job job;
    struct err err;
    for (int i = 0; i < 2; i++) {
        if (kinds[i] == NULL)
            continue;
        job =
            accept_job(request, &task_send_registration_code, "", code_args(request, email, kinds[i], code));
        if (job_encode_in(request->arena, &job, &envelopes[i], &err) != 0) {
            reply_error(request, &err);
            return;
        }
    }
    struct db_params *params = request_params(request);
    db_add_text(params, email);
    db_add_text(params, purpose);
    db_add_time(params, request->now_ms);
    db_add_bytes(params, digest, HASH_SIZE);
    db_add_time(params, request->now_ms + settings.code_ms);
    db_add_time(params, request->now_ms - settings.code_gap_ms);
    db_add_time(params, request->now_ms - HOUR_MS);
    db_add_int(params, settings.code_hour_max);
    db_add_id(params, &request->id);
    db_add_text(params, task_send_registration_code.name);
    db_add_text(params, task_send_registration_code.queue);
    db_add_bytes(params, envelopes[0].data, envelopes[0].size);
    db_add_bytes(params, envelopes[1].data, envelopes[1].size);
    request_run(request, &sql_registration_request, params, on_requested);
}

void handle_registration_create(struct request *request)
{
    request_code(request, "register", (const char *const[2]){"code", "known"});
}

void handle_password_reset_create(struct request *request)
{
    request_code(request, "reset", (const char *const[2]){NULL, "reset"});
}

/* Verifying */

/* A code that is being tried. */
struct trial {
    char token[SECRET_TOKEN_SIZE];
    uint8_t token_hash[HASH_SIZE];
    const char *password;
};

static struct trial *trial_of(struct request *request)
{
    return request->state;
}

/* Tries the code of a body that was decoded; done runs when it was right, 422 is answered when not. */
static void try_code(struct request *request, const char *purpose, const char *email, const char *code,
                     void (*done)(struct request *request, struct db_answer *answer))
{
    struct trial *trial = trial_of(request);
    uint8_t digest[HASH_SIZE];
    secret_hash(&request->api->secret, SECRET_CODE, arena_printf(request->arena, "%s %s", purpose, email),
                code, digest);
    secret_new_token(trial->token);
    secret_hash(&request->api->secret, SECRET_REGISTRATION, "", trial->token, trial->token_hash);
    struct db_params *params = request_params(request);
    db_add_text(params, email);
    db_add_text(params, purpose);
    db_add_time(params, request->now_ms);
    db_add_bytes(params, digest, HASH_SIZE);
    db_add_bytes(params, trial->token_hash, HASH_SIZE);
    db_add_time(params, request->now_ms + settings.registration_token_ms);
    db_add_int(params, settings.code_tries);
    db_add_time(params, request->now_ms + settings.code_block_ms);
    request_run(request, &sql_registration_verify, params, done);
}

/* True when the code was right; otherwise answered. */
static bool was_right(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0) {
        reply_error(request, &answer->err);
        return false;
    }
    if (answer->rows.count > 0 && rows_bool(&answer->rows, 0, 0))
        return true;
    faults_add(&request->faults, "/code", "is wrong, used, or no longer good");
    reply_problem(request, PROBLEM_INVALID, NULL);
    return false;
}

struct verify_body {
    const char *email, *code, *password;
};

static const struct json_field verify_fields[] = {
    {"email", JSON_FIELD_SECRET, JSON_REQUIRED, 1, EMAIL_CHARS_MAX, offsetof(struct verify_body, email)},
    {"code", JSON_FIELD_SECRET, JSON_REQUIRED, 1, 40, offsetof(struct verify_body, code)},
    {"password", JSON_FIELD_SECRET, JSON_REQUIRED, PASSWORD_MIN, PASSWORD_MAX,
     offsetof(struct verify_body, password)},
};

/* Decodes the first `count` fields; false when the request was answered. */
static bool read_trial(struct request *request, size_t count, struct verify_body *body, const char **email,
                       const char **code)
{
    request_decode_fields(request, verify_fields, count, body);
    if (body->email != NULL)
        *email = email_normalise(request->arena, body->email, "/email", &request->faults);
    if (body->code != NULL && (*code = secret_read_code(request->arena, body->code)) == NULL)
        faults_add(&request->faults, "/code", "must be 6 letters and digits");
    request->state = arena_alloc(request->arena, sizeof(struct trial));
    trial_of(request)->password = body->password;
    return !request_refused(request);
}

static void on_verified(struct request *request, struct db_answer *answer)
{
    if (was_right(request, answer))
        reply_json(request, 200,
                   arena_printf(request->arena, "{\"registration_token\":\"%s\",\"expires_in\":%lld}",
                                trial_of(request)->token, (long long)settings.registration_token_ms / 1000));
}

void handle_registration_verify(struct request *request)
{
    struct verify_body body = {0};
    const char *email = NULL, *code = NULL;
    if (read_trial(request, 2, &body, &email, &code))
        try_code(request, "register", email, code, on_verified);
}

static void on_reset_hashed(struct request *request, const char *hash)
{
    struct db_params *params = request_params(request);
    db_add_bytes(params, trial_of(request)->token_hash, HASH_SIZE);
    db_add_text(params, hash);
    db_add_time(params, request->now_ms);
    request_answer(request, &sql_user_reset_password, params);
}

static void on_reset_verified(struct request *request, struct db_answer *answer)
{
    if (was_right(request, answer))
        password_hash(request, trial_of(request)->password, on_reset_hashed);
}

void handle_password_reset_verify(struct request *request)
{
    struct verify_body body = {0};
    const char *email = NULL, *code = NULL;
    if (read_trial(request, 3, &body, &email, &code))
        try_code(request, "reset", email, code, on_reset_verified);
}
