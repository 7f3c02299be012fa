#include "ledger/recurring_dates.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "finance/date.h"
#include "finance/money.h"
#include "finance/recurrence.h"
#include "finance/weekend.h"
#include "ledger/recurring.h"
#include "ledger/transactions.h"

/* The columns of recurring_dates. */
enum {
    RRULE,
    START,
    FIRST_DATE,
    WEEKEND,
    STATE,
    AMOUNT,
    CURRENCY,
    EXPONENT,
    TIMEZONE,
    NEXT,
    END_TOTAL,
    ENTERED,
    LAST_AMOUNTS,
    TODAY,
    FIRST,
    LAST,
    VERSION,
    NOMINAL,
    DATE_STATE,
    POSTING,
    DUE_AT,
    DATE_AMOUNT,
    DESCRIPTION,
    TRANSACTION,
    RULE, /* from here on only of recurring_forecast */
    ACCOUNT,
    IS_TRANSFER
};

void recurring_dates_params(struct db_params *params, const struct id *user, const struct id *rule,
                            const int32_t *first, const int32_t *last, int64_t now_ms)
{
    db_add_id(params, user);
    db_add_id(params, rule);
    if (first != NULL)
        db_add_date(params, *first);
    else
        db_add_null(params);
    if (last != NULL)
        db_add_date(params, *last);
    else
        db_add_null(params);
    db_add_time(params, now_ms);
}

/* A walk over what is told and what the rule gives, both ascending. */
struct walk {
    const struct db_rows *rows;
    const struct zone *zone;
    enum weekend_rule weekend;
    int64_t amount, end_total, entered;
    int32_t next; /* dates before it were looked at */
    bool goes_on; /* dates from `next` on will be entered */
    bool is_full; /* the total is reached */
};

static int read_told(const struct walk *walk, int row, struct recurring_date *date, struct err *err)
{
    const struct db_rows *rows = walk->rows;
    *date = (struct recurring_date){.nominal = rows_date(rows, row, NOMINAL), .is_told = true};
    if (occurrence_state_parse(str_of(rows_text(rows, row, DATE_STATE)), &date->state) != 0)
        return err_set(err, ERR_BUG, "an occurrence has an unknown state");
    date->posting = rows_date(rows, row, POSTING);
    date->has_posting = !rows_is_null(rows, row, POSTING);
    if (!date->has_posting)
        date->has_posting = weekend_posting_date(walk->weekend, date->nominal, &date->posting);
    if (!rows_is_null(rows, row, DUE_AT))
        date->due_ms = recurring_moved_due_ms(walk->zone, date->posting, rows_time(rows, row, DUE_AT));
    else if (date->has_posting)
        date->due_ms = zone_first_ms(walk->zone, date->posting);
    date->amount = rows_is_null(rows, row, DATE_AMOUNT) ? walk->amount : rows_int(rows, row, DATE_AMOUNT);
    date->description = rows_text(rows, row, DESCRIPTION);
    date->has_transaction = !rows_is_null(rows, row, TRANSACTION);
    if (date->has_transaction)
        date->transaction = rows_id(rows, row, TRANSACTION);
    return 0;
}

/* What a date of the rule is of which nothing is told. False: it is not one. */
static bool derive(struct walk *walk, int32_t nominal, struct recurring_date *date)
{
    bool is_ahead = nominal >= walk->next;
    *date = (struct recurring_date){.nominal = nominal, .amount = walk->amount};
    date->has_posting = weekend_posting_date(walk->weekend, nominal, &date->posting);
    if (is_ahead && !walk->goes_on)
        return false;
    if (!date->has_posting) {
        date->state = OCCURRENCE_SKIPPED;
        return true;
    }
    date->due_ms = zone_first_ms(walk->zone, date->posting);
    date->state = is_ahead ? OCCURRENCE_SCHEDULED : OCCURRENCE_MISSED;
    return true;
}

/* Takes what will be entered off the total; false when nothing is left for it. */
static bool take(struct walk *walk, struct recurring_date *date)
{
    if (date->state != OCCURRENCE_SCHEDULED && date->state != OCCURRENCE_POSTPONED)
        return true;
    int64_t left = occurrence_amount_left(walk->end_total, walk->entered, date->amount);
    if (left == 0 && date->amount != 0)
        return false;
    date->amount = left;
    walk->entered += left;
    return true;
}

static int begin(struct walk *walk, const struct db_rows *rows, int row, struct zones *zones,
                 struct arena *arena, struct recurrence *rule, struct err *err)
{
    const char *state = rows_text(rows, row, STATE);
    *walk = (struct walk){.rows = rows,
                          .end_total = rows_int(rows, row, END_TOTAL),
                          .entered = rows_int(rows, row, ENTERED),
                          .next = rows_is_null(rows, row, NEXT) ? DATE_MAX : rows_date(rows, row, NEXT),
                          .goes_on = strcmp(state, "active") == 0 && !rows_is_null(rows, row, NEXT)};
    walk->amount =
        recurring_estimate(arena, rows_bytes(rows, row, LAST_AMOUNTS), rows_int(rows, row, AMOUNT));
    if (weekend_parse(str_of(rows_text(rows, row, WEEKEND)), &walk->weekend) != 0)
        return err_set(err, ERR_BUG, "a recurring rule has an unknown weekend rule");
    walk->zone = zones_find(zones, str_of(rows_text(rows, row, TIMEZONE)), err);
    return walk->zone == NULL ? -1 : recurrence_parse(str_of(rows_text(rows, row, RRULE)), rule, err);
}

/* The dates of the rule that the rows [row, end) are of; list has room for `most`. */
static int read_rule(const struct db_rows *rows, int row, int end, struct zones *zones, size_t most,
                     struct arena *arena, struct recurring_date *list, size_t *count, struct err *err)
{
    struct walk walk;
    struct recurrence rule;
    struct recurrence_iterator dates;
    int32_t last = rows_date(rows, row, LAST), nominal = 0, begins = rows_date(rows, row, FIRST);
    int32_t first = rows_date(rows, row, rows_is_null(rows, row, FIRST_DATE) ? START : FIRST_DATE);
    int told = rows_is_null(rows, row, NOMINAL) ? row : end;
    if (begin(&walk, rows, row, zones, arena, &rule, err) != 0)
        return -1;
    /* With a total the dates before are walked too, to know what is left of it. */
    if (walk.end_total != 0 && walk.goes_on && walk.next < begins)
        first = walk.next > first ? walk.next : first;
    else if (begins > first)
        first = begins;
    recurrence_begin(&dates, &rule, rows_date(rows, row, START), first);
    bool more = recurrence_next(&dates, &nominal) && nominal <= last;
    *count = 0;
    while ((row < told || more) && *count < most) {
        struct recurring_date date;
        int32_t known = row < told ? rows_date(rows, row, NOMINAL) : DATE_MAX;
        bool is_date;
        if (row < told && (!more || known <= nominal)) {
            if (read_told(&walk, row++, &date, err) != 0)
                return -1;
            is_date = true;
        } else {
            is_date = derive(&walk, nominal, &date);
        }
        if (more && date.nominal == nominal)
            more = recurrence_next(&dates, &nominal) && nominal <= last;
        if (is_date && take(&walk, &date) && date.nominal >= begins)
            list[(*count)++] = date;
    }
    return 0;
}

int recurring_dates_read(const struct db_rows *rows, struct zones *zones, size_t most, struct arena *arena,
                         struct recurring_date **list, size_t *count, struct err *err)
{
    *list = arena_array(arena, most, sizeof **list);
    return read_rule(rows, 0, rows->count, zones, most, arena, *list, count, err);
}

/* Adds those of a rule's dates that will be entered. */
static int add_forecast(struct recurring_forecast *forecast, const struct db_rows *rows, int row,
                        const struct recurring_date *dates, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (dates[i].state != OCCURRENCE_SCHEDULED && dates[i].state != OCCURRENCE_POSTPONED)
            continue;
        if (forecast->count == RECURRING_FORECAST_MAX)
            return err_set(err, ERR_REJECT, "there are more than %d dates to come: ask for fewer months",
                           RECURRING_FORECAST_MAX);
        forecast->accounts[forecast->count] = rows_id(rows, row, ACCOUNT);
        forecast->days[forecast->count] = dates[i].posting;
        forecast->amounts[forecast->count] = dates[i].amount;
        forecast->are_transfers[forecast->count++] = rows_bool(rows, row, IS_TRANSFER);
    }
    return 0;
}

/* Behind the last row of the rule that stands at `row`. */
static int rule_end(const struct db_rows *rows, int row)
{
    struct id rule = rows_id(rows, row, RULE);
    while (++row < rows->count) {
        struct id other = rows_id(rows, row, RULE);
        if (!id_equal(&rule, &other))
            break;
    }
    return row;
}

int recurring_forecast_read(const struct db_rows *rows, struct zones *zones, struct arena *arena,
                            struct recurring_forecast *forecast, struct err *err)
{
    size_t most = RECURRING_FORECAST_MAX;
    *forecast = (struct recurring_forecast){
        .accounts = arena_array(arena, most, sizeof *forecast->accounts),
        .days = arena_array(arena, most, sizeof *forecast->days),
        .amounts = arena_array(arena, most, sizeof *forecast->amounts),
        .are_transfers = arena_array(arena, most, sizeof *forecast->are_transfers),
    };
    struct recurring_date *dates = arena_array(arena, most, sizeof *dates);
    for (int row = 0, end; row < rows->count; row = end) {
        size_t count;
        end = rule_end(rows, row);
        if (read_rule(rows, row, end, zones, most, arena, dates, &count, err) != 0 ||
            add_forecast(forecast, rows, row, dates, count, err) != 0)
            return -1;
    }
    return 0;
}

json_t *recurring_date_json(const struct db_rows *rows, const struct recurring_date *date)
{
    char nominal[DATE_TEXT_SIZE], posting[DATE_TEXT_SIZE], due[CLOCK_TEXT_SIZE], amount[MONEY_TEXT_SIZE],
        id[ID_TEXT_SIZE];
    date_format(date->nominal, nominal);
    date_format(date->posting, posting);
    clock_format(date->due_ms, due);
    money_format(date->amount, (int)rows_int(rows, 0, EXPONENT), amount);
    id_format(&date->transaction, id);
    return json_pack("{ss ss? ss? ss ss ss ss? ss?}", "nominal_date", nominal, "posting_date",
                     date->has_posting ? posting : NULL, "due_at", date->has_posting ? due : NULL, "state",
                     occurrence_state_name(date->state), "amount", amount, "currency",
                     rows_text(rows, 0, CURRENCY), "description", date->description, "transaction_id",
                     date->has_transaction ? id : NULL);
}

static const struct json_field say_fields[] = {
    {"state", JSON_FIELD_TEXT, JSON_REQUIRED, 1, 20, offsetof(struct recurring_say, state_text)},
    {"to", JSON_FIELD_TEXT, JSON_NULLABLE, 10, 10, offsetof(struct recurring_say, to_text)},
    {"amount", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, offsetof(struct recurring_say, amount_text)},
    {"description", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX,
     offsetof(struct recurring_say, description)},
};

int recurring_say_read(json_t *posted, struct arena *arena, struct recurring_say *say, struct faults *faults)
{
    *say = (struct recurring_say){.state = OCCURRENCE_SCHEDULED};
    (void)!JSON_DECODE(posted, "", say_fields, say, arena, faults); /* faults has it */
    if (say->state_text != NULL && (occurrence_state_parse(str_of(say->state_text), &say->state) != 0 ||
                                    say->state == OCCURRENCE_MATCHED || say->state == OCCURRENCE_MISSED))
        faults_add(faults, "/state", "must be skipped, posted, postponed or scheduled");
    say->has_to = say->to_text != NULL;
    if (say->has_to && date_parse(str_of(say->to_text), &say->to) != 0)
        faults_add(faults, "/to", "must be a date that exists, as YYYY-MM-DD");
    if (say->state == OCCURRENCE_POSTPONED && !say->has_to)
        faults_add(faults, "/to", "is missing: on which date is it to be entered?");
    if (say->has_to &&
        (say->state == OCCURRENCE_SKIPPED || (say->state == OCCURRENCE_SCHEDULED && say->state_text != NULL)))
        faults_add(faults, "/to", "has no meaning for this state");
    return faults->count > 0 ? -1 : 0;
}

int recurring_say_settle(struct recurring_say *say, const struct db_rows *rows,
                         const struct recurring_date *date, struct faults *faults)
{
    if (say->amount_text != NULL)
        say->has_amount = money_read(say->amount_text, rows_text(rows, 0, CURRENCY),
                                     (int)rows_int(rows, 0, EXPONENT), "/amount", &say->amount, faults) == 0;
    if (date->state != say->state && !occurrence_may_become(date->state, say->state))
        faults_add(faults, "/state", "can't become %s: the date is %s", say->state_text,
                   occurrence_state_name(date->state));
    else if (date->state == say->state &&
             (say->state == OCCURRENCE_POSTED || say->state == OCCURRENCE_MATCHED))
        faults_add(faults, "/state", "is posted already");
    bool is_past = rows_is_null(rows, 0, NEXT) || date->nominal < rows_date(rows, 0, NEXT);
    if (say->state == OCCURRENCE_SCHEDULED && is_past)
        faults_add(faults, "/state", "can't become scheduled: the date has passed; post it");
    return faults->count > 0 ? -1 : 0;
}

static void add_states(struct db_params *params, enum occurrence_state goal)
{
    const char *names[OCCURRENCE_STATES];
    size_t count = 0;
    for (int state = 0; state < OCCURRENCE_STATES; state++)
        if ((enum occurrence_state)state == goal ? goal != OCCURRENCE_POSTED
                                                 : occurrence_may_become((enum occurrence_state)state, goal))
            names[count++] = occurrence_state_name((enum occurrence_state)state);
    db_add_texts(params, names, count);
}

void recurring_tell_params(struct db_params *params, const struct id *rule, const struct recurring_say *say,
                           const struct recurring_date *date, const struct db_rows *rows, struct zones *zones,
                           int64_t now_ms)
{
    struct err err;
    db_add_id(params, rule);
    db_add_date(params, date->nominal);
    db_add_text(params, occurrence_state_name(say->state));
    if (say->has_to) {
        const struct zone *zone = zones_find(zones, str_of(rows_text(rows, 0, TIMEZONE)), &err);
        db_add_date(params, say->to);
        db_add_time(params, zone == NULL ? now_ms : zone_first_ms(zone, say->to));
    } else {
        db_add_null(params);
        db_add_null(params);
    }
    if (say->has_amount)
        db_add_int(params, say->amount);
    else
        db_add_null(params);
    db_add_text(params, say->description);
    add_states(params, say->state);
    db_add_time(params, now_ms);
}

void recurring_enter_params(struct db_params *params, const struct id *rule, const struct recurring_say *say,
                            const struct recurring_date *date, const struct db_rows *rows,
                            const struct id *transaction, int64_t now_ms, int64_t match_days)
{
    static const char *const posted[] = {"posted"};
    int32_t today = rows_date(rows, 0, TODAY), posting = say->to;
    int64_t amount = say->has_amount ? say->amount : date->amount;
    if (!say->has_to) /* ahead of its time: today */
        posting = date->has_posting && date->posting < today ? date->posting : today;
    db_add_ids(params, rule, NULL, 1);
    db_add_dates(params, &date->nominal, NULL, 1);
    db_add_dates(params, &posting, NULL, 1);
    db_add_ints(params, &amount, NULL, 1);
    db_add_texts(params, posted, 1);
    db_add_ids(params, transaction, NULL, 1);
    db_add_time(params, now_ms);
    db_add_int(params, match_days);
    add_states(params, OCCURRENCE_POSTED);
}
