/* /v1/notifications: how a person wants to be told of what happens. */

#include <stddef.h>
#include <string.h>

#include "api/api.h"
#include "api/reply.h"
#include "api/request.h"
#include "base/settings.h"
#include "mail/webhook.h"

struct body {
    json_t *budget_alert, *monthly_statement, *quiet, *webhook;
    const char *digest, *digest_at;
};

struct kind {
    bool mail;
};

struct span {
    const char *from, *to;
};

static const struct json_field fields[] = {
    {"budget_alert", JSON_FIELD_OBJECT, 0, 0, 0, offsetof(struct body, budget_alert)},
    {"monthly_statement", JSON_FIELD_OBJECT, 0, 0, 0, offsetof(struct body, monthly_statement)},
    {"digest", JSON_FIELD_TEXT, 0, 1, 10, offsetof(struct body, digest)},
    {"digest_at", JSON_FIELD_TEXT, 0, 5, 5, offsetof(struct body, digest_at)},
    {"quiet", JSON_FIELD_OBJECT, JSON_NULLABLE, 0, 0, offsetof(struct body, quiet)},
    {"webhook", JSON_FIELD_OBJECT, JSON_NULLABLE, 0, 0, offsetof(struct body, webhook)},
};

struct hook {
    const char *url, *secret;
};

static const struct json_field hook_fields[] = {
    {"url", JSON_FIELD_TEXT, JSON_REQUIRED, 1, WEBHOOK_URL_MAX, offsetof(struct hook, url)},
    {"secret", JSON_FIELD_TEXT, JSON_REQUIRED, 1, 200, offsetof(struct hook, secret)},
};

static const struct json_field kind_fields[] = {
    {"mail", JSON_FIELD_BOOL, JSON_REQUIRED, 0, 0, offsetof(struct kind, mail)},
};

static const struct json_field span_fields[] = {
    {"from", JSON_FIELD_TEXT, JSON_REQUIRED, 5, 5, offsetof(struct span, from)},
    {"to", JSON_FIELD_TEXT, JSON_REQUIRED, 5, 5, offsetof(struct span, to)},
};

/* "22:00" as minutes of the day. */
static void set_minute(struct request *request, json_t *out, const char *name, const char *text,
                       const char *pointer)
{
    struct str minutes, hours;
    int64_t hour, minute;
    if (text == NULL)
        return;
    hours = str_split(str_of(text), ':', &minutes);
    if (hours.size != 2 || minutes.size != 2 || str_to_int(hours, &hour) != 0 ||
        str_to_int(minutes, &minute) != 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59)
        faults_add(&request->faults, pointer, "must be a time of day, HH:MM");
    else
        json_object_set_new(out, name, json_integer(hour * 60 + minute));
}

static void set_kind(struct request *request, json_t *out, json_t *value, const char *name,
                     const char *pointer)
{
    struct kind kind = {false};
    if (value != NULL &&
        JSON_DECODE(value, pointer, kind_fields, &kind, request->arena, &request->faults) == 0)
        json_object_set_new(out, name, json_boolean(kind.mail));
}

/* The secret is kept sealed. */
static void set_webhook(struct request *request, json_t *out, json_t *value)
{
    struct hook hook = {NULL, NULL};
    struct str secret;
    struct err err;
    if (json_is_null(json_object_get(request->json, "webhook"))) {
        json_object_set_new(out, "webhook_url", json_null());
        return;
    }
    if (value == NULL ||
        JSON_DECODE(value, "/webhook", hook_fields, &hook, request->arena, &request->faults) != 0)
        return;
    if (webhook_check_url(hook.url, settings.webhook_private != 0, &err) != 0) {
        faults_add(&request->faults, "/webhook/url", "%s", err.text);
    } else if (webhook_read_secret(request->arena, hook.secret, &secret, &err) != 0) {
        faults_add(&request->faults, "/webhook/secret", "%s", err.text);
    } else {
        struct seal_key key = seal_derive(&request->api->secret, SEAL_WEBHOOK_SECRET);
        json_object_set_new(out, "webhook_url", json_string(hook.url));
        json_object_set_new(out, "webhook_secret", json_string(seal_close(request->arena, &key, secret)));
    }
}

static const char *read_body(struct request *request)
{
    struct body body = {0};
    struct span quiet = {NULL, NULL};
    json_t *out = json_own(request->arena, json_object());
    request_decode(request, fields, &body);
    set_kind(request, out, body.budget_alert, "budget_mail", "/budget_alert");
    set_kind(request, out, body.monthly_statement, "statement_mail", "/monthly_statement");
    if (body.digest != NULL && strcmp(body.digest, "none") != 0 && strcmp(body.digest, "daily") != 0)
        faults_add(&request->faults, "/digest", "must be none or daily");
    else if (body.digest != NULL)
        json_object_set_new(out, "digest", json_string(body.digest));
    set_minute(request, out, "digest_minute", body.digest_at, "/digest_at");
    if (body.quiet != NULL) {
        (void)!JSON_DECODE(body.quiet, "/quiet", span_fields, &quiet, request->arena, &request->faults);
        set_minute(request, out, "quiet_from", quiet.from, "/quiet/from");
        set_minute(request, out, "quiet_to", quiet.to, "/quiet/to");
    } else if (json_is_null(json_object_get(request->json, "quiet"))) {
        json_object_set_new(out, "quiet_from", json_null());
        json_object_set_new(out, "quiet_to", json_null());
    }
    set_webhook(request, out, body.webhook);
    return json_write(request->arena, out);
}

static void answer(struct request *request)
{
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    request_answer(request, &sql_notification_get, params);
}

static void written(struct request *request, struct db_answer *outcome)
{
    if (outcome->result != 0)
        request_answer_failure(request, outcome);
    else if (outcome->rows.count == 0)
        reply_problem(request, PROBLEM_STALE, NULL);
    else
        answer(request);
}

void handle_notification_get(struct request *request)
{
    if (!request_refused(request))
        answer(request);
}

void handle_notification_update(struct request *request)
{
    const char *body = read_body(request);
    int64_t version;
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, body);
    if (request_if_match(request, &version))
        db_add_int(params, version);
    else
        db_add_null(params);
    request_run(request, &sql_notification_set, params, written);
}
