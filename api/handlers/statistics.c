/* /v1/statistics, /v1/analytics, /v1/net-worth: sums that are kept, not added up on the way
 * (sql/queries/statistics_*). */

#include "api/api.h"
#include "api/reply.h"
#include "finance/date.h"
#include "finance/money.h"
#include "ledger/recurring_dates.h"

enum { DAY_MS = 86400000, MONTHS_MAX = 1200, PAYEES_MAX = 100, PAYEES_DEFAULT = 10, MONTH_TEXT_SIZE = 7 };
enum { FORECAST_MAX = 60, FORECAST_DEFAULT = 12 }; /* months */

/* What most reports are asked for. */
struct period {
    int32_t first, last;
    bool has_first, has_last;
    const struct id *account;
    bool transfers, pending;
    const char *currency; /* that all is converted into: a code or "user"; NULL: nothing is converted */
};

/* One bound: a day, or a month, of which `first` takes the first day and `last` the last. */
static void read_bound(struct request *request, const char *name, bool is_last, int32_t *day, bool *is_set)
{
    const char *text = request_query(request, name);
    if (text == NULL)
        return;
    bool is_month = strlen(text) == MONTH_TEXT_SIZE;
    const char *whole = is_month ? arena_printf(request->arena, "%s-01", text) : text;
    if (date_parse(str_of(whole), day) != 0) {
        faults_add(&request->faults, name, "must be a month, YYYY-MM, or a date, YYYY-MM-DD");
        return;
    }
    *is_set = true;
    if (is_month && is_last) {
        int year, month, first;
        date_to_civil(*day, &year, &month, &first);
        *day += date_month_days(year, month) - 1;
    }
}

static void read_period(struct request *request, struct period *period)
{
    *period = (struct period){0};
    read_bound(request, "from", false, &period->first, &period->has_first);
    read_bound(request, "to", true, &period->last, &period->has_last);
    if (!period->has_first)
        return;
    int32_t last = period->has_last ? period->last : (int32_t)(request->now_ms / DAY_MS);
    if (period->has_last && last < period->first)
        faults_add(&request->faults, "to", "must not be before from");
    else if (last - period->first > MONTHS_MAX * 31)
        faults_add(&request->faults, period->has_last ? "to" : "from",
                   "must leave at most %d months from one to the other", MONTHS_MAX);
}

static void read_switches(struct request *request, struct period *period)
{
    request_query_bool(request, "transfers", &period->transfers);
    request_query_bool(request, "pending", &period->pending);
}

static void read_currency(struct request *request, struct period *period)
{
    period->currency = request_query(request, "currency");
    if (period->currency != NULL && strcmp(period->currency, "user") != 0 &&
        currency_find(str_of(period->currency)) == NULL)
        faults_add(&request->faults, "currency", "must be a currency of ISO 4217, or user for your own");
}

static void add_day(struct db_params *params, bool is_set, int32_t day)
{
    if (is_set)
        db_add_date(params, day);
    else
        db_add_null(params);
}

static struct db_params *bound_params(struct request *request, const struct period *period)
{
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    add_day(params, period->has_first, period->first);
    add_day(params, period->has_last, period->last);
    return params;
}

void handle_statistics_monthly(struct request *request)
{
    static const char *const sides[] = {"account", "category", NULL};
    struct period period;
    int by = -1;
    read_period(request, &period);
    read_switches(request, &period);
    read_currency(request, &period);
    request_query_id(request, "account", &period.account);
    request_query_choice(request, "by", sides, &by);
    if (request_refused(request))
        return;
    struct db_params *params = bound_params(request, &period);
    db_add_id(params, period.account);
    db_add_text(params, by < 0 ? NULL : sides[by]);
    db_add_bool(params, period.transfers);
    db_add_bool(params, period.pending);
    db_add_time(params, request->now_ms);
    db_add_text(params, period.currency);
    request_answer(request, &sql_statistics_monthly, params);
}

void handle_statistics_categories(struct request *request)
{
    struct period period;
    read_period(request, &period);
    read_switches(request, &period);
    read_currency(request, &period);
    request_query_id(request, "account", &period.account);
    if (request_refused(request))
        return;
    struct db_params *params = bound_params(request, &period);
    db_add_id(params, period.account);
    db_add_bool(params, period.transfers);
    db_add_bool(params, period.pending);
    db_add_time(params, request->now_ms);
    db_add_text(params, period.currency);
    request_answer(request, &sql_statistics_categories, params);
}

void handle_statistics_payees(struct request *request)
{
    static const char *const kinds[] = {"expense", "income", NULL};
    struct period period;
    int64_t limit = PAYEES_DEFAULT;
    int kind = 0;
    read_period(request, &period);
    read_switches(request, &period);
    read_currency(request, &period);
    request_query_id(request, "account", &period.account);
    request_query_int(request, "limit", 1, PAYEES_MAX, &limit);
    request_query_choice(request, "kind", kinds, &kind);
    if (request_refused(request))
        return;
    struct db_params *params = bound_params(request, &period);
    db_add_id(params, period.account);
    db_add_bool(params, period.transfers);
    db_add_bool(params, period.pending);
    db_add_time(params, request->now_ms);
    db_add_int(params, limit);
    db_add_bool(params, kind == 1);
    db_add_text(params, period.currency);
    request_answer(request, &sql_statistics_payees, params);
}

void handle_statistics_cash_flow(struct request *request)
{
    struct period period;
    read_period(request, &period);
    read_currency(request, &period);
    request_query_bool(request, "pending", &period.pending);
    request_query_id(request, "account", &period.account);
    if (request_refused(request))
        return;
    struct db_params *params = bound_params(request, &period);
    db_add_bool(params, period.pending);
    db_add_time(params, request->now_ms);
    db_add_id(params, period.account);
    db_add_text(params, period.currency);
    request_answer(request, &sql_statistics_cash_flow, params);
}

void handle_statistics_years(struct request *request)
{
    struct period period = {0};
    int64_t year = 0;
    read_switches(request, &period);
    read_currency(request, &period);
    request_query_id(request, "account", &period.account);
    request_query_int(request, "year", 2, 9999, &year);
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    if (year != 0)
        db_add_int(params, year);
    else
        db_add_null(params);
    db_add_id(params, period.account);
    db_add_bool(params, period.transfers);
    db_add_bool(params, period.pending);
    db_add_time(params, request->now_ms);
    db_add_text(params, period.currency);
    request_answer(request, &sql_statistics_years, params);
}

void handle_analytics(struct request *request)
{
    static const char *const names[] = {"current_month", "last_month", "current_year", "last_year", NULL};
    struct period period = {0};
    int name = 0;
    read_switches(request, &period);
    read_currency(request, &period);
    request_query_id(request, "account", &period.account);
    request_query_choice(request, "period", names, &name);
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_text(params, names[name]);
    db_add_id(params, period.account);
    db_add_bool(params, period.transfers);
    db_add_bool(params, period.pending);
    db_add_time(params, request->now_ms);
    db_add_text(params, period.currency);
    request_answer(request, &sql_statistics_analytics, params);
}

void handle_net_worth(struct request *request)
{
    struct period period;
    read_period(request, &period);
    read_currency(request, &period);
    if (request_refused(request))
        return;
    struct db_params *params = bound_params(request, &period);
    db_add_time(params, request->now_ms);
    db_add_text(params, period.currency);
    request_answer(request, &sql_statistics_net_worth, params);
}

/* The forecast: first the rules, whose dates are made here, then the sums with them. */

struct forecast {
    struct period period;
    int64_t months;
    bool by_account;
};

static void rules_found(struct request *request, struct db_answer *answer)
{
    const struct forecast *wanted = request->state;
    struct recurring_forecast found;
    struct err err;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    if (recurring_forecast_read(&answer->rows, &request->api->zones, request->arena, &found, &err) != 0) {
        reply_error(request, &err);
        return;
    }
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_int(params, wanted->months);
    db_add_id(params, wanted->period.account);
    db_add_bool(params, wanted->by_account);
    db_add_time(params, request->now_ms);
    db_add_text(params, wanted->period.currency);
    db_add_ids(params, found.accounts, NULL, found.count);
    db_add_dates(params, found.days, NULL, found.count);
    db_add_ints(params, found.amounts, NULL, found.count);
    db_add_bools(params, found.are_transfers, found.count);
    request_answer(request, &sql_statistics_forecast, params);
}

void handle_statistics_forecast(struct request *request)
{
    static const char *const sides[] = {"account", NULL};
    struct forecast *wanted = arena_alloc(request->arena, sizeof *wanted);
    int by = -1;
    wanted->months = FORECAST_DEFAULT;
    read_currency(request, &wanted->period);
    request_query_id(request, "account", &wanted->period.account);
    request_query_int(request, "months", 1, FORECAST_MAX, &wanted->months);
    request_query_choice(request, "by", sides, &by);
    if (request_refused(request))
        return;
    wanted->by_account = by == 0;
    request->state = wanted;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, wanted->period.account);
    db_add_int(params, wanted->months);
    db_add_time(params, request->now_ms);
    request_run(request, &sql_recurring_forecast, params, rules_found);
}
