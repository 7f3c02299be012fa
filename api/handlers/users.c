/* People: POST /v1/users; GET, PATCH, DELETE /v1/users/me; PUT /v1/users/me/password. */
#include <string.h>

#include "api/api.h"
#include "api/password.h"
#include "api/profile.h"
#include "api/reply.h"
#include "api/secrets.h"
#include "base/settings.h"
#include "finance/money.h"
#include "ledger/categories.h"

struct user_body {
    const char *registration_token, *username, *password, *timezone, *currency;
    json_t *settings;
};

static const struct json_field create_fields[] = {
    {"registration_token", JSON_FIELD_TEXT, JSON_REQUIRED, 1, 100,
     offsetof(struct user_body, registration_token)},
    {"username", JSON_FIELD_TEXT, JSON_REQUIRED, USERNAME_MIN, USERNAME_MAX,
     offsetof(struct user_body, username)},
    {"password", JSON_FIELD_SECRET, JSON_REQUIRED, PASSWORD_MIN, PASSWORD_MAX,
     offsetof(struct user_body, password)},
    {"timezone", JSON_FIELD_TEXT, JSON_NULLABLE, 1, ZONE_NAME_MAX, offsetof(struct user_body, timezone)},
    {"currency", JSON_FIELD_TEXT, JSON_NULLABLE, 3, 3, offsetof(struct user_body, currency)},
};

static const struct json_field update_fields[] = {
    {"username", JSON_FIELD_TEXT, 0, USERNAME_MIN, USERNAME_MAX, offsetof(struct user_body, username)},
    {"timezone", JSON_FIELD_TEXT, 0, 1, ZONE_NAME_MAX, offsetof(struct user_body, timezone)},
    {"currency", JSON_FIELD_TEXT, 0, 3, 3, offsetof(struct user_body, currency)},
    {"settings", JSON_FIELD_OBJECT, 0, 0, 0, offsetof(struct user_body, settings)},
};

enum { SETTINGS_MAX_BYTES = 16 * 1024 };

static void check_profile(struct request *request, const struct user_body *body)
{
    profile_check_username(body->username, &request->faults);
    profile_check_currency(body->currency, &request->faults);
    profile_check_timezone(&request->api->zones, body->timezone, &request->faults);
}

/* Making one */

struct creation {
    struct user_body body;
    uint8_t token_hash[HASH_SIZE];
};

/* A name that is taken is told by the index that would not have it. */
static void answer_user(struct request *request, struct db_answer *answer)
{
    if (answer->result == 0) {
        if (answer->rows.count > 0) {
            request_answer_rows(request, &answer->rows);
            return;
        }
        faults_add(&request->faults, "/registration_token", "is used, no longer good, or none of ours");
        reply_problem(request, PROBLEM_INVALID, NULL);
    } else if (strcmp(answer->constraint, "app_user_username") == 0) {
        faults_add(&request->faults, "/username", "is taken");
        reply_problem(request, PROBLEM_CONFLICT, "the username is taken");
    } else if (strcmp(answer->constraint, "app_user_email") == 0) {
        reply_problem(request, PROBLEM_CONFLICT, "the address has an account");
    } else {
        reply_error(request, &answer->err);
    }
}

static void on_hashed(struct request *request, const char *hash)
{
    const struct creation *creation = request->state;
    const char *code = creation->body.currency == NULL ? "EUR" : creation->body.currency;
    struct id account = id_new();
    struct db_params *params = request_params(request);
    db_add_bytes(params, creation->token_hash, HASH_SIZE);
    db_add_time(params, request->now_ms);
    db_add_id(params, &request->id);
    db_add_text(params, creation->body.username);
    db_add_text(params, hash);
    db_add_text(params, creation->body.timezone == NULL ? "UTC" : creation->body.timezone);
    db_add_text(params, code);
    db_add_int(params, currency_find(str_of(code))->exponent);
    db_add_id(params, &account);
    categories_add_defaults(params);
    request_run(request, &sql_user_create, params, answer_user);
}

static void on_peeked(struct request *request, struct db_answer *answer)
{
    struct creation *creation = request->state;
    if (answer->result != 0 || answer->rows.count == 0)
        answer_user(request, answer);
    else
        password_hash(request, creation->body.password, on_hashed);
}

void handle_user_create(struct request *request)
{
    struct creation *creation = arena_alloc(request->arena, sizeof *creation);
    request->state = creation;
    request_decode(request, create_fields, &creation->body);
    check_profile(request, &creation->body);
    if (request_refused(request))
        return;
    secret_hash(&request->api->secret, SECRET_REGISTRATION, "", creation->body.registration_token,
                creation->token_hash);
    struct db_params *params = request_params(request);
    db_add_bytes(params, creation->token_hash, HASH_SIZE);
    db_add_time(params, request->now_ms);
    db_add_text(params, "register");
    request_run(request, &sql_registration_peek, params, on_peeked);
}

/* Oneself */

void handle_user_get(struct request *request)
{
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    request_answer(request, &sql_user_get, params);
}

void handle_user_update(struct request *request)
{
    struct user_body body = {0};
    int64_t version;
    request_decode(request, update_fields, &body);
    check_profile(request, &body);
    const char *text = body.settings == NULL ? NULL : json_write(request->arena, body.settings);
    if (text != NULL && strlen(text) > SETTINGS_MAX_BYTES)
        faults_add(&request->faults, "/settings", "has more than %d bytes", SETTINGS_MAX_BYTES);
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    if (request_if_match(request, &version))
        db_add_int(params, version);
    else
        db_add_null(params);
    db_add_time(params, request->now_ms);
    db_add_text(params, body.username);
    db_add_text(params, body.timezone);
    db_add_text(params, body.currency);
    db_add_text(params, text);
    request_run(request, &sql_user_update, params, answer_user);
}

void handle_user_delete(struct request *request)
{
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_time(params, request->now_ms);
    request_answer(request, &sql_user_delete, params);
}

/* Another password */

struct change {
    const char *old, *new;
};

static const struct json_field change_fields[] = {
    {"old", JSON_FIELD_SECRET, JSON_REQUIRED, 1, PASSWORD_MAX, offsetof(struct change, old)},
    {"new", JSON_FIELD_SECRET, JSON_REQUIRED, PASSWORD_MIN, PASSWORD_MAX, offsetof(struct change, new)},
};

static void on_changed_hashed(struct request *request, const char *hash)
{
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, hash);
    db_add_time(params, request->now_ms);
    db_add_id(params, &request->session);
    request_answer(request, &sql_user_set_password, params);
}

static void on_old_verified(struct request *request, bool is_right)
{
    const struct change *change = request->state;
    if (is_right) {
        password_hash(request, change->new, on_changed_hashed);
        return;
    }
    faults_add(&request->faults, "/old", "is not the password");
    reply_problem(request, PROBLEM_INVALID, NULL);
}

static void on_old_found(struct request *request, struct db_answer *answer)
{
    const struct change *change = request->state;
    if (answer->result != 0)
        reply_error(request, &answer->err);
    else
        password_verify(request, answer->rows.count == 0 ? NULL : rows_text(&answer->rows, 0, 0), change->old,
                        on_old_verified);
}

void handle_user_set_password(struct request *request)
{
    request->state = arena_alloc(request->arena, sizeof(struct change));
    request_decode(request, change_fields, request->state);
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    request_run(request, &sql_user_password, params, on_old_found);
}
