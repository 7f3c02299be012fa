#include "ledger/budgets.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "finance/date.h"
#include "finance/money.h"
#include "finance/occurrence.h"
#include "finance/recurrence.h"
#include "finance/weekend.h"

enum { PERIODS_MAX = 256, DATES_MAX = 400 };

struct budget_body {
    const struct id *category_id;
    const char *amount, *currency, *period, *rollover, *cap, *start;
};

#define MEMBER(member) offsetof(struct budget_body, member)

static void set_money(json_t *out, const char *name, const char *text, const char *pointer, int exponent,
                      struct faults *faults)
{
    int64_t minor = 0;
    enum money_result result = money_parse(str_of(text), exponent, &minor);
    if (result != MONEY_OK)
        faults_add(faults, pointer, "%s", money_result_text(result));
    else if (minor < 0)
        faults_add(faults, pointer, "must not be negative: it is what may be spent");
    json_object_set_new(out, name, json_integer(minor));
}

static void check_words(const struct budget_body *body, struct faults *faults)
{
    enum budget_period period;
    enum budget_rollover rollover;
    int32_t start;
    if (body->period != NULL && budget_period_parse(str_of(body->period), &period) != 0)
        faults_add(faults, "/period", "must be week, month, quarter or year");
    if (body->rollover != NULL && budget_rollover_parse(str_of(body->rollover), &rollover) != 0)
        faults_add(faults, "/rollover", "must be none, surplus, surplus_and_deficit or cap");
    if (body->start != NULL && date_parse(str_of(body->start), &start) != 0)
        faults_add(faults, "/start", "must be a date that exists, as YYYY-MM-DD");
    bool is_capped = body->rollover != NULL && strcmp(body->rollover, "cap") == 0;
    if (is_capped && body->cap == NULL)
        faults_add(faults, "/cap", "is missing: how much may go over at most?");
    else if (body->cap != NULL && body->rollover != NULL && !is_capped)
        faults_add(faults, "/cap", "has no meaning without rollover cap");
}

const char *budgets_body(json_t *posted, int exponent, struct arena *arena, struct faults *faults)
{
    const struct json_field new_fields[] = {
        {"category_id", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, MEMBER(category_id)},
        {"amount", JSON_FIELD_DECIMAL, JSON_REQUIRED, 0, 0, MEMBER(amount)},
        {"currency", JSON_FIELD_TEXT, JSON_REQUIRED, 3, 3, MEMBER(currency)},
        {"period", JSON_FIELD_TEXT, 0, 1, 20, MEMBER(period)},
        {"rollover", JSON_FIELD_TEXT, 0, 1, 30, MEMBER(rollover)},
        {"cap", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, MEMBER(cap)},
        {"start", JSON_FIELD_TEXT, 0, 10, 10, MEMBER(start)},
    };
    const struct json_field edit_fields[] = {
        {"amount", JSON_FIELD_DECIMAL, 0, 0, 0, MEMBER(amount)},
        {"rollover", JSON_FIELD_TEXT, 0, 1, 30, MEMBER(rollover)},
        {"cap", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, MEMBER(cap)},
        {"start", JSON_FIELD_TEXT, 0, 10, 10, MEMBER(start)},
    };
    struct budget_body body = {0};
    const struct currency *currency = NULL;
    bool is_new = exponent < 0;
    if (is_new)
        (void)!JSON_DECODE(posted, "", new_fields, &body, arena, faults); /* faults has it */
    else
        (void)!JSON_DECODE(posted, "", edit_fields, &body, arena, faults);
    check_words(&body, faults);
    if (body.currency != NULL && (currency = currency_find(str_of(body.currency))) == NULL)
        faults_add(faults, "/currency", "is not a currency of ISO 4217");
    if (currency != NULL)
        exponent = currency->exponent;
    if (faults->count > 0)
        return NULL;
    json_t *out = json_own(arena, json_copy(posted));
    if (is_new) {
        json_object_set_new(out, "exponent", json_integer(exponent));
        if (body.period == NULL)
            json_object_set_new(out, "period", json_string("month"));
        if (body.rollover == NULL)
            json_object_set_new(out, "rollover", json_string("none"));
    }
    if (body.amount != NULL)
        set_money(out, "minor", body.amount, "/amount", exponent, faults);
    if (body.cap != NULL)
        set_money(out, "cap_minor", body.cap, "/cap", exponent, faults);
    return faults->count > 0 ? NULL : json_write(arena, out);
}

void budgets_state_params(struct db_params *params, const struct id *users, size_t user_count,
                          const struct id *budget, const char *after, int64_t limit, int64_t now_ms)
{
    db_add_ids(params, users, NULL, user_count);
    db_add_id(params, budget);
    db_add_text(params, after);
    db_add_int(params, limit);
    db_add_time(params, now_ms);
}

/* The columns of budget_state. */
enum {
    ID,
    USER,
    CATEGORY,
    NAME,
    AMOUNT,
    CURRENCY,
    EXPONENT,
    PERIOD,
    ROLLOVER,
    CAP,
    TODAY,
    SPENTS,
    LIMITS,
    BY_RULES,
    RULES,
    TOLD,
    JSON,
    VERSION
};

/* One of `rules`: its dates up to a day, those told apart left out, times its amount; money out counts up. */
static int64_t read_rule(struct str text, int32_t last, int32_t *dates, struct err *err)
{
    struct recurrence rule;
    enum weekend_rule weekend;
    int64_t start, next, amount, left, apart[DATES_MAX];
    size_t count, apart_count = 0, entered = 0;
    if (recurrence_parse(str_split(text, ' ', &text), &rule, err) != 0 ||
        str_to_int(str_split(text, ' ', &text), &start) != 0 ||
        str_to_int(str_split(text, ' ', &text), &next) != 0 ||
        str_to_int(str_split(text, ' ', &text), &amount) != 0 ||
        weekend_parse(str_split(text, ' ', &text), &weekend) != 0 ||
        str_to_int(str_split(text, ' ', &text), &left) != 0)
        return 0;
    while (text.size > 0 && apart_count < DATES_MAX)
        if (str_to_int(str_split(text, ' ', &text), &apart[apart_count]) == 0)
            apart_count++;
    /* A weekend moves a date by three days at most. */
    count = recurrence_between(&rule, (int32_t)start, (int32_t)next, last + 3, DATES_MAX, dates);
    for (size_t i = 0; i < count; i++) {
        int32_t posting;
        bool is_apart = false;
        for (size_t k = 0; k < apart_count; k++)
            is_apart = is_apart || apart[k] == dates[i];
        if (!is_apart && weekend_posting_date(weekend, dates[i], &posting) && posting <= last)
            entered++;
    }
    return -occurrence_amount_left(left, 0, money_clamp((__int128)amount * (int64_t)entered));
}

/* What all rules will still enter up to a day. */
static int64_t read_scheduled(struct str rules, int32_t last, struct arena *arena)
{
    int32_t *dates = arena_array(arena, DATES_MAX, sizeof *dates);
    struct err ignored;
    int64_t scheduled = 0;
    while (rules.size > 0)
        scheduled = money_clamp((__int128)scheduled +
                                read_rule(str_split(rules, '|', &rules), last, dates, &ignored));
    return scheduled;
}

int budgets_read(const struct db_rows *rows, int row, struct arena *arena, struct budget_standing *standing,
                 struct err *err)
{
    enum budget_period period;
    enum budget_rollover rollover;
    struct budget_state *states = arena_array(arena, PERIODS_MAX, sizeof *states);
    struct str spents = rows_bytes(rows, row, SPENTS), limits = rows_bytes(rows, row, LIMITS);
    size_t count = 0;
    *standing = (struct budget_standing){.id = rows_id(rows, row, ID),
                                         .user = rows_id(rows, row, USER),
                                         .exponent = (int)rows_int(rows, row, EXPONENT),
                                         .version = rows_int(rows, row, VERSION)};
    if (budget_period_parse(str_of(rows_text(rows, row, PERIOD)), &period) != 0 ||
        budget_rollover_parse(str_of(rows_text(rows, row, ROLLOVER)), &rollover) != 0)
        return err_set(err, ERR_BUG, "a budget has an unknown period or rollover");
    while (spents.size > 0 && count < PERIODS_MAX) {
        if (str_to_int(str_split(limits, ' ', &limits), &states[count].limit) != 0 ||
            str_to_int(str_split(spents, ' ', &spents), &states[count++].spent) != 0)
            return err_set(err, ERR_BUG, "a budget's sums are not numbers");
    }
    if (count == 0)
        return err_set(err, ERR_BUG, "a budget has no current period");
    budget_roll(rollover, rows_int(rows, row, CAP), states, count);
    standing->state = states[count - 1];
    standing->available = money_clamp((__int128)standing->state.limit + standing->state.carried);
    int32_t today = rows_date(rows, row, TODAY);
    budget_period_bounds(period, today, &standing->first, &standing->last);
    standing->forecast =
        budget_forecast(standing->state.spent, rows_int(rows, row, BY_RULES),
                        money_clamp((__int128)rows_int(rows, row, TOLD) +
                                    read_scheduled(rows_bytes(rows, row, RULES), standing->last, arena)),
                        today - standing->first + 1, standing->last - standing->first + 1);
    return 0;
}

json_t *budgets_json(const struct db_rows *rows, int row, const struct budget_standing *standing,
                     struct arena *arena)
{
    struct faults faults;
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE], amounts[6][MONEY_TEXT_SIZE];
    const struct budget_state *state = &standing->state;
    const int64_t values[6] = {state->limit, state->carried, standing->available,
                               state->spent, state->left,    standing->forecast};
    faults_init(&faults, arena);
    json_t *budget = json_read(arena, str_of(rows_text(rows, row, JSON)), &faults);
    if (budget == NULL)
        return NULL;
    date_format(standing->first, first);
    date_format(standing->last, last);
    for (size_t i = 0; i < 6; i++)
        money_format(values[i], standing->exponent, amounts[i]);
    json_object_set_new(budget, "category_name", json_string(rows_text(rows, row, NAME)));
    json_object_set_new(budget, "current",
                        json_pack("{ss ss ss ss ss ss ss ss}", "from", first, "to", last, "limit", amounts[0],
                                  "carried", amounts[1], "available", amounts[2], "spent", amounts[3], "left",
                                  amounts[4], "forecast", amounts[5]));
    return budget;
}
