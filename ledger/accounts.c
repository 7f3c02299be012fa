#include "ledger/accounts.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"

struct account_body {
    const char *name, *type, *currency, *opening_balance, *opening_currency;
};

#define MEMBER(member) offsetof(struct account_body, member)

static const struct json_field create_fields[] = {
    {"name", JSON_FIELD_TEXT, JSON_REQUIRED, 1, ACCOUNT_NAME_MAX, MEMBER(name)},
    {"type", JSON_FIELD_TEXT, JSON_REQUIRED, 1, 20, MEMBER(type)},
    {"currency", JSON_FIELD_TEXT, JSON_REQUIRED, 3, 3, MEMBER(currency)},
    {"opening_balance", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, MEMBER(opening_balance)},
};

static const struct json_field update_fields[] = {
    {"name", JSON_FIELD_TEXT, 0, 1, ACCOUNT_NAME_MAX, MEMBER(name)},
    {"type", JSON_FIELD_TEXT, 0, 1, 20, MEMBER(type)},
    {"opening_balance", JSON_FIELD_DECIMAL, 0, 0, 0, MEMBER(opening_balance)},
};

static const struct json_field money_fields[] = {
    {"amount", JSON_FIELD_DECIMAL, JSON_REQUIRED, 0, 0, MEMBER(opening_balance)},
    {"currency", JSON_FIELD_TEXT, JSON_REQUIRED, 3, 3, MEMBER(opening_currency)},
};

static const char *const types[] = {
    "checking", "current",  "bank",       "savings", "cash",  "credit_card", "credit",
    "loan",     "mortgage", "investment", "pension", "asset", "liability",   "other",
};

static void check_type(const char *type, struct faults *faults)
{
    if (type == NULL)
        return;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0)
            return;
    faults_add(faults, "/type",
               "must be one of checking, current, bank, savings, cash, credit_card, credit, loan, mortgage, "
               "investment, "
               "pension, asset, liability, other");
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(object, name, json_string(text));
}

/* An opening balance may be money as a whole, {"amount", "currency"}: read here, and taken out of the rest.
 */
static json_t *take_money(json_t *posted, struct account_body *body, struct arena *arena,
                          struct faults *faults)
{
    json_t *money = json_object_get(posted, "opening_balance");
    if (!json_is_object(money))
        return posted;
    (void)!JSON_DECODE(money, "/opening_balance", money_fields, body, arena, faults); /* faults has it */
    json_t *rest = json_own(arena, json_copy(posted));
    json_object_del(rest, "opening_balance");
    return rest;
}

static const char *write_body(const struct account_body *body, const struct currency *currency,
                              struct arena *arena, struct faults *faults)
{
    json_t *out = json_own(arena, json_object());
    set_text(out, "name", body->name);
    set_text(out, "type", body->type);
    set_text(out, "currency", body->currency);
    if (body->opening_balance != NULL && currency != NULL) {
        int64_t minor = 0;
        (void)!money_read(body->opening_balance, currency->code, currency->exponent, "/opening_balance",
                          &minor, faults); /* faults has it */
        if (body->opening_currency != NULL && strcmp(body->opening_currency, currency->code) != 0)
            faults_add(faults, "/opening_balance/currency", "must be the account's (%s)", currency->code);
        json_object_set_new(out, "opening_minor", json_integer(minor));
    }
    if (currency != NULL)
        json_object_set_new(out, "exponent", json_integer(currency->exponent));
    return faults->count > 0 ? NULL : json_write(arena, out);
}

const char *accounts_create_body(json_t *posted, struct arena *arena, struct faults *faults)
{
    struct account_body body = {0};
    json_t *rest = take_money(posted, &body, arena, faults);
    (void)!JSON_DECODE(rest, "", create_fields, &body, arena, faults);
    check_type(body.type, faults);
    const struct currency *currency = body.currency == NULL ? NULL : currency_find(str_of(body.currency));
    if (body.currency != NULL && currency == NULL)
        faults_add(faults, "/currency", "must be an ISO 4217 code in upper case");
    return write_body(&body, currency, arena, faults);
}

const char *accounts_update_body(json_t *posted, const struct currency *currency, struct arena *arena,
                                 struct faults *faults)
{
    struct account_body body = {0};
    json_t *rest = take_money(posted, &body, arena, faults);
    (void)!JSON_DECODE(rest, "", update_fields, &body, arena, faults);
    check_type(body.type, faults);
    if (faults->count == 0 && body.opening_balance != NULL && currency == NULL)
        return NULL;
    return write_body(&body, currency, arena, faults);
}
