/* purser stats [--month YYYY-MM] [--by category|account] [--currency CODE] [--json]: a year's months, or what
 * one month came to by category or account, as a table with bars of what was spent. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/verb.h"

enum { BAR_WIDTH = 30 };

static struct {
    const char *month, *by, *currency;
    bool is_forecast, as_json;
} wish;

/* Only as long as it is against the longest: no sum is made of it. */
static double length_of(json_t *row)
{
    return strtod(http_text(row, "expense"), NULL);
}

/* In eighths of a column; what is not nothing shows. */
static const char *bar(struct arena *arena, double value, double longest)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    static const char block[] = "█";
    int eighths = longest > 0 ? (int)(value / longest * BAR_WIDTH * 8 + 0.5) : 0;
    if (eighths == 0 && value > 0)
        eighths = 1;
    char *text = arena_alloc(arena, (size_t)(BAR_WIDTH + 1) * sizeof block);
    for (int i = 0; i < eighths / 8; i++)
        strcat(text, block);
    return strcat(text, parts[eighths % 8]);
}

/* The longest of the rows in the currency of `row`: amounts of two currencies can't be compared. */
static double longest_beside(json_t *rows, json_t *row)
{
    double longest = 0;
    size_t i;
    json_t *other;
    json_array_foreach(rows, i, other)
    {
        if (strcmp(http_text(other, "currency"), http_text(row, "currency")) == 0 &&
            length_of(other) > longest)
            longest = length_of(other);
    }
    return longest;
}

static const char *name_of(json_t *row, json_t *accounts)
{
    size_t i;
    json_t *account;
    if (wish.by == NULL)
        return http_text(row, "month");
    if (strcmp(wish.by, "category") == 0)
        return json_is_string(json_object_get(row, "name")) ? http_text(row, "name") : "(none)";
    json_array_foreach(accounts, i, account)
    {
        if (strcmp(http_text(account, "id"), http_text(row, "account_id")) == 0)
            return http_text(account, "name");
    }
    return "(deleted)";
}

static void print_rows(struct arena *arena, json_t *rows, json_t *accounts)
{
    static const char *const heads[] = {"", ">INCOME", ">EXPENSE", ">NET", "CURRENCY", "SPENT", NULL};
    static const char *const forecast_heads[] = {"",         ">INCOME", ">EXPENSE", ">HELD",
                                                 "CURRENCY", "SPENT",   NULL};
    const char *third = wish.is_forecast ? "closing" : "net";
    struct table table;
    size_t i;
    json_t *row;
    table_init(&table, arena, wish.is_forecast ? forecast_heads : heads);
    json_array_foreach(rows, i, row)
    {
        table_add(&table, (const char *[]){name_of(row, accounts), http_text(row, "income"),
                                           http_text(row, "expense"), http_text(row, third),
                                           http_text(row, "currency"),
                                           bar(arena, length_of(row), longest_beside(rows, row))});
    }
    table_print(&table);
}

static void print_missing(json_t *missing)
{
    size_t i;
    json_t *one;
    json_array_foreach(missing, i, one)
    {
        if (i == 0)
            puts("\nnot converted, for want of a rate:");
        printf("  %s of %s\n", http_text(one, "currency"), http_text(one, "date"));
    }
}

static int show(struct session *session, struct err *err)
{
    struct arena *arena = &session->arena;
    bool by_category = wish.by != NULL && strcmp(wish.by, "category") == 0;
    bool by_account = wish.by != NULL && !by_category;
    const char *path = wish.is_forecast ? "/v1/statistics/forecast"
                       : by_category    ? "/v1/statistics/categories"
                                        : "/v1/statistics/monthly";
    char separator = '?';
    json_t *accounts = NULL;
    struct http_reply reply;
    if (by_account) {
        path = arena_printf(arena, "%s?by=account", path);
        separator = '&';
        if (session_list(session, "/v1/accounts", SIZE_MAX, &accounts, err) != 0)
            return -1;
    }
    if (wish.month != NULL)
        path = arena_printf(arena, "%s%cfrom=%s&to=%s", path, separator, wish.month, wish.month);
    if (wish.currency != NULL)
        path = arena_printf(arena, "%s%ccurrency=%s", path, wish.month != NULL ? '&' : separator,
                            http_escape(arena, wish.currency));
    if (http_get(session->http, arena, path, &reply, err) != 0)
        return -1;
    if (wish.as_json) {
        show_value(reply.body);
    } else {
        print_rows(arena, json_object_get(reply.body, "data"), accounts);
        print_missing(json_object_get(reply.body, "missing_rates"));
    }
    return 0;
}

/* What goes into a path is checked here: digits and a dash. */
static int check(struct err *err)
{
    if (wish.month != NULL && (strlen(wish.month) != 7 || strspn(wish.month, "0123456789-") != 7))
        return err_set(err, ERR_REJECT, "--month must be written YYYY-MM");
    if (wish.by != NULL && strcmp(wish.by, "category") != 0 && strcmp(wish.by, "account") != 0)
        return err_set(err, ERR_REJECT, "--by must be category or account");
    if (wish.is_forecast && (wish.by != NULL || wish.month != NULL))
        return err_set(err, ERR_REJECT, "--forecast goes with neither --by nor --month");
    return 0;
}

static const struct option options[] = {
    {"month", &wish.month, NULL},          {"by", &wish.by, NULL},        {"currency", &wish.currency, NULL},
    {"forecast", NULL, &wish.is_forecast}, {"json", NULL, &wish.as_json}, {NULL, NULL, NULL}};

static const struct verb verbs[] = {{.check = check, .run = show}, {.run = NULL}};

const struct command command_stats = {
    .name = "stats",
    .usage = "[--month YYYY-MM] [--by category|account] [--currency CODE] [--forecast] [--json]",
    .summary = "Show income and expense by month, or of one month by category or account",
    .verbs = verbs,
    .options = options,
};
