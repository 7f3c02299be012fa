/* /v1/fx-rates: exchange rates, by which reports are told in one currency (sql/migrations/0110_fx_rates.sql).
 * A person loads his own; an operator loads everybody's with ?for=everyone. A file is refused as a whole when
 * a line of it is wrong. A large one is stored in several transactions: sent again it does no harm. */

#include "api/offload.h"
#include "api/reply.h"
#include "base/settings.h"
#include "finance/date.h"
#include "finance/money.h"
#include "statement/archive.h"
#include "statement/rates.h"

struct loading {
    struct rates rates;
    bool is_everyones, is_read;
    size_t stored; /* of the rates */
    int64_t added, changed, unchanged;
};

/* ?for=me|everyone. False: answered. */
static bool read_for(struct request *request, bool *is_everyones)
{
    static const char *const names[] = {"me", "everyone", NULL};
    int whose = 0;
    request_query_choice(request, "for", names, &whose);
    *is_everyones = whose == 1;
    if (!*is_everyones || request->is_admin)
        return true;
    reply_problem(request, PROBLEM_FORBIDDEN, "rates for everyone are an operator's to load");
    return false;
}

static const char *read_code(struct request *request, const char *name, bool is_needed)
{
    const char *code = request_query(request, name);
    if (code == NULL && is_needed)
        faults_add(&request->faults, name, "is missing");
    if (code == NULL)
        return NULL;
    const struct currency *currency = currency_find(str_of(code));
    if (currency == NULL)
        faults_add(&request->faults, name, "is not a currency of ISO 4217");
    return currency == NULL ? NULL : currency->code;
}

static void add_days(struct db_params *params, const bool is_set[2], const int32_t days[2])
{
    for (int i = 0; i < 2; i++) {
        if (is_set[i])
            db_add_date(params, days[i]);
        else
            db_add_null(params);
    }
}

static void read_days(struct request *request, bool is_set[2], int32_t days[2])
{
    request_query_date(request, "from", &days[0], &is_set[0]);
    request_query_date(request, "to", &days[1], &is_set[1]);
    if (is_set[0] && is_set[1] && days[1] < days[0])
        faults_add(&request->faults, "to", "must not be before from");
}

void handle_fx_rate_list(struct request *request)
{
    const char *after[3] = {NULL};
    bool is_set[2] = {false, false};
    int32_t days[2] = {0, 0};
    int64_t limit = request_page(request, after, 3);
    read_days(request, is_set, days);
    const char *base = read_code(request, "base", false), *quote = read_code(request, "quote", false);
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    for (int i = 0; i < 3; i++)
        db_add_text(params, after[i]);
    db_add_int(params, limit);
    add_days(params, is_set, days);
    db_add_text(params, base);
    db_add_text(params, quote);
    request_answer(request, &sql_fx_rate_list, params);
}

void handle_fx_rate_delete(struct request *request)
{
    bool is_set[2] = {false, false}, is_everyones;
    int32_t days[2] = {0, 0};
    read_days(request, is_set, days);
    const char *base = read_code(request, "base", true), *quote = read_code(request, "quote", true);
    if (!read_for(request, &is_everyones) || request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, is_everyones ? NULL : &request->user);
    db_add_text(params, base);
    db_add_text(params, quote);
    add_days(params, is_set, days);
    request_answer(request, &sql_fx_rate_delete, params);
}

/* Loading */

static void answer_loaded(struct request *request)
{
    const struct loading *loading = request->state;
    const struct rates *rates = &loading->rates;
    int32_t first = rates->dates[0], last = rates->dates[0];
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    for (size_t i = 1; i < rates->count; i++) {
        first = rates->dates[i] < first ? rates->dates[i] : first;
        last = rates->dates[i] > last ? rates->dates[i] : last;
    }
    date_format(first, from);
    date_format(last, to);
    json_t *skipped = json_own(request->arena, json_array());
    for (size_t i = 0; i < rates->skipped_count; i++)
        json_array_append_new(skipped, json_string(rates->skipped[i]));
    reply_json(
        request, 200,
        arena_printf(request->arena,
                     "{\"rates\":%zu,\"added\":%lld,\"changed\":%lld,\"unchanged\":%lld,\"from\":\"%s\","
                     "\"to\":\"%s\",\"skipped_currencies\":%s,\"for\":\"%s\"}",
                     rates->count, (long long)loading->added, (long long)loading->changed,
                     (long long)loading->unchanged, from, to, json_write(request->arena, skipped),
                     loading->is_everyones ? "everyone" : "me"));
}

static void store_next(struct request *request);

static void on_stored(struct request *request, struct db_answer *answer)
{
    struct loading *loading = request->state;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    loading->added += rows_int(&answer->rows, 0, 0);
    loading->changed += rows_int(&answer->rows, 0, 1);
    loading->unchanged += rows_int(&answer->rows, 0, 2);
    if (loading->stored < loading->rates.count)
        store_next(request);
    else
        answer_loaded(request);
}

static void store_next(struct request *request)
{
    struct loading *loading = request->state;
    struct rates *rates = &loading->rates;
    size_t at = loading->stored, count = rates->count - at;
    if (count > (size_t)settings.fx_load_rates)
        count = (size_t)settings.fx_load_rates;
    loading->stored += count;
    struct db_params *params = request_params(request);
    db_add_id(params, loading->is_everyones ? NULL : &request->user);
    db_add_dates(params, rates->dates + at, NULL, count);
    db_add_texts(params, rates->bases + at, count);
    db_add_texts(params, rates->quotes + at, count);
    db_add_texts(params, rates->rates + at, count);
    db_add_time(params, request->now_ms);
    request_run(request, &sql_fx_rate_load, params, on_stored);
}

/* The Bank packs each of its files into a zip archive. */
static void read_file(struct request *request)
{
    struct loading *loading = request->state;
    struct str file = request->body;
    struct err why;
    if (archive_is_zip(file) &&
        archive_read_file(file, (size_t)settings.fx_file_max_bytes, request->arena, &file, &why) != 0)
        faults_add(&request->faults, "", "%s", why.text);
    else
        loading->is_read = rates_read(file, request->arena, &loading->rates, &request->faults) == 0;
}

static void on_read(struct request *request)
{
    struct loading *loading = request->state;
    if (loading->is_read)
        store_next(request);
    else
        (void)request_refused(request);
}

void handle_fx_rate_load(struct request *request)
{
    struct loading *loading = arena_alloc(request->arena, sizeof *loading);
    request->state = loading;
    if (read_for(request, &loading->is_everyones) && !request_refused(request))
        offload(request, read_file, on_read);
}
