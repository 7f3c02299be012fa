/* /v1/recurring: rules, their dates, what is said of one date, and what history proposes. */

#include "ledger/recurring_dates.h"
#include "ledger/recurring_edits.h"
#include "ledger/suggestions.h"

#include "api/api.h"
#include "api/owned.h"
#include "api/reply.h"
#include "base/settings.h"
#include "finance/date.h"

enum { DATES_MAX = 500, SPAN_MAX = 366 * 20 };

void handle_recurring_list(struct request *request)
{
    owned_list(request, &sql_recurring_list);
}

void handle_recurring_get(struct request *request)
{
    owned_get(request, &sql_recurring_get);
}

void handle_recurring_delete(struct request *request)
{
    owned_delete(request, &sql_recurring_delete);
}

/* Rules: looked up, settled, written. */

static void write_split(struct request *request, const struct id *rule, const struct recurring_edit *edit,
                        const struct recurring_settled *settled)
{
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, rule);
    db_add_text(params, settled->body);
    db_add_time(params, request->now_ms);
    db_add_int(params, settled->version);
    db_add_id(params, &request->id);
    db_add_date(params, edit->from);
    db_add_text(params, settled->ends);
    request_answer(request, &sql_recurring_split, params);
}

static void write_change(struct request *request, const struct recurring_settled *settled,
                         const struct recurring_edit *edit)
{
    struct id rule;
    int64_t version;
    if (request_param_id(request, 0, &rule) != 0)
        return;
    if (request_if_match(request, &version) && version != settled->version) {
        reply_problem(request, PROBLEM_STALE, NULL);
    } else if (settled->is_split) {
        write_split(request, &rule, edit, settled);
    } else {
        struct db_params *params = request_params(request);
        db_add_id(params, &request->user);
        db_add_id(params, &rule);
        db_add_text(params, settled->body);
        db_add_time(params, request->now_ms);
        db_add_int(params, settled->version);
        request_answer(request, &sql_recurring_update, params);
    }
}

static void facts_found(struct request *request, struct db_answer *answer)
{
    struct recurring_edit *edit = request->state;
    struct recurring_settled settled;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    if (recurring_edit_settle(edit, &answer->rows, &request->api->zones, request->now_ms, request->arena,
                              &settled, &request->faults) == RECURRING_NOT_THERE)
        reply_problem(request, PROBLEM_NOT_FOUND,
                      edit->is_new ? "the account is not there" : "the rule or the account is not there");
    else if (edit->is_new)
        owned_create(request, &sql_recurring_create, settled.body);
    else if (!request_refused(request))
        write_change(request, &settled, edit);
}

static void look_up(struct request *request, const struct id *rule, const char *from)
{
    struct recurring_edit *edit = arena_alloc(request->arena, sizeof *edit);
    (void)!recurring_edit_read(request->json, rule == NULL, from, request->arena, edit,
                               &request->faults); /* request_refused tells */
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    recurring_edit_lookup_params(params, &request->user, rule, edit);
    request->state = edit;
    request_run(request, &sql_recurring_facts, params, facts_found);
}

void handle_recurring_create(struct request *request)
{
    look_up(request, NULL, NULL);
}

void handle_recurring_update(struct request *request)
{
    struct id rule;
    if (request_param_id(request, 0, &rule) == 0)
        look_up(request, &rule, request_query(request, "from"));
}

/* Dates. */

struct dates {
    struct id rule;
    int64_t limit;
    int32_t date;
    struct recurring_say say;
};

static bool read_dates(struct request *request, struct db_answer *answer, size_t most,
                       struct recurring_date **list, size_t *count)
{
    struct err err;
    if (answer->result != 0)
        request_answer_failure(request, answer);
    else if (answer->rows.count == 0)
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    else if (recurring_dates_read(&answer->rows, &request->api->zones, most, request->arena, list, count,
                                  &err) != 0)
        reply_error(request, &err);
    else
        return true;
    return false;
}

static void dates_found(struct request *request, struct db_answer *answer)
{
    struct dates *dates = request->state;
    struct recurring_date *list;
    size_t count, limit = (size_t)dates->limit;
    char next[DATE_TEXT_SIZE];
    if (!read_dates(request, answer, limit + 1, &list, &count))
        return;
    json_t *data = json_own(request->arena, json_array());
    for (size_t i = 0; i < count && i < limit; i++)
        json_array_append_new(data, recurring_date_json(&answer->rows, &list[i]));
    if (count > limit)
        date_format(list[limit - 1].nominal, next);
    reply_page(request, json_write(request->arena, data), count > limit ? next : NULL);
}

void handle_recurring_dates(struct request *request)
{
    struct dates *dates = arena_alloc(request->arena, sizeof *dates);
    const char *after = NULL;
    int32_t from = 0, to = 0, behind;
    bool has_from = false, has_to = false;
    dates->limit = request_page(request, &after, 1);
    if (request_query(request, "limit") == NULL)
        dates->limit = DATES_MAX;
    request_query_date(request, "from", &from, &has_from);
    request_query_date(request, "to", &to, &has_to);
    if (has_from && has_to && (to < from || to - from > SPAN_MAX))
        faults_add(&request->faults, "to", "must be at most %d days behind from", SPAN_MAX);
    if (request_param_id(request, 0, &dates->rule) != 0)
        return;
    if (after != NULL && date_parse(str_of(after), &behind) == 0) {
        if (has_from && !has_to) { /* the year that from opened */
            to = from + 365;
            has_to = true;
        }
        from = behind + 1;
        has_from = true;
    }
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    recurring_dates_params(params, &request->user, &dates->rule, has_from ? &from : NULL, has_to ? &to : NULL,
                           request->now_ms);
    request->state = dates;
    request_run(request, &sql_recurring_dates, params, dates_found);
}

static void look_at_date(struct request *request,
                         void (*done)(struct request *request, struct db_answer *answer))
{
    struct dates *dates = request->state;
    struct db_params *params = request_params(request);
    recurring_dates_params(params, &request->user, &dates->rule, &dates->date, &dates->date, request->now_ms);
    request_run(request, &sql_recurring_dates, params, done);
}

static void told_found(struct request *request, struct db_answer *answer)
{
    struct recurring_date *list;
    size_t count;
    if (!read_dates(request, answer, 1, &list, &count))
        return;
    if (count == 0)
        reply_problem(request, PROBLEM_NOT_FOUND, "is not a date of this rule");
    else
        reply_json(
            request, 200,
            json_write(request->arena, json_own(request->arena, recurring_date_json(&answer->rows, list))));
}

static void said(struct request *request, struct db_answer *answer)
{
    const struct dates *dates = request->state;
    if (answer->result != 0)
        request_answer_failure(request, answer);
    else if (dates->say.state == OCCURRENCE_POSTED
                 ? rows_int(&answer->rows, 0, 0) + rows_int(&answer->rows, 0, 1) == 0
                 : answer->rows.count == 0)
        reply_problem(request, PROBLEM_CONFLICT, "the date was entered in the meantime");
    else
        look_at_date(request, told_found);
}

static void date_found(struct request *request, struct db_answer *answer)
{
    struct dates *dates = request->state;
    struct recurring_date *list;
    size_t count;
    if (!read_dates(request, answer, 1, &list, &count))
        return;
    if (count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, "%.*s is not a date of this rule",
                      (int)request->params[1].size, request->params[1].data);
        return;
    }
    (void)!recurring_say_settle(&dates->say, &answer->rows, list, &request->faults);
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    if (dates->say.state == OCCURRENCE_POSTED) {
        recurring_enter_params(params, &dates->rule, &dates->say, list, &answer->rows, &request->id,
                               request->now_ms, settings.match_days);
        request_run(request, &sql_recurring_enter, params, said);
    } else {
        recurring_tell_params(params, &dates->rule, &dates->say, list, &answer->rows, &request->api->zones,
                              request->now_ms);
        request_run(request, &sql_recurring_tell, params, said);
    }
}

void handle_recurring_say(struct request *request)
{
    struct dates *dates = arena_alloc(request->arena, sizeof *dates);
    if (request_param_id(request, 0, &dates->rule) != 0)
        return;
    if (date_parse(request->params[1], &dates->date) != 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, "a date is written YYYY-MM-DD");
        return;
    }
    (void)!recurring_say_read(request->json, request->arena, &dates->say, &request->faults);
    if (request_refused(request))
        return;
    request->state = dates;
    look_at_date(request, date_found);
}

/* What history proposes. */

static void history_found(struct request *request, struct db_answer *answer)
{
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    int32_t today = (int32_t)(request->now_ms / (24 * 3600 * 1000));
    reply_json(request, 200, suggestions_json(&answer->rows, today, request->arena));
}

void handle_recurring_suggestions(struct request *request)
{
    if (request_refused(request))
        return;
    struct db_params *params = request_params(request);
    suggestions_params(params, &request->user, (int32_t)(request->now_ms / (24 * 3600 * 1000)));
    request_run(request, &sql_recurring_history, params, history_found);
}
