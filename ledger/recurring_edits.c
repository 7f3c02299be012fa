#include "ledger/recurring_edits.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "finance/date.h"
#include "finance/money.h"
#include "finance/occurrence.h"
#include "finance/weekend.h"
#include "ledger/splits.h"
#include "ledger/transactions.h"

enum { RRULE_MAX = 500, ESTIMATE_MAX = 24, LEFT_MAX = 1000 };

#define MEMBER(member) offsetof(struct recurring_edit, member)

static const struct json_field edit_fields[] = {
    {"account_id", JSON_FIELD_ID, 0, 0, 0, MEMBER(account_id)},
    {"amount", JSON_FIELD_DECIMAL, 0, 0, 0, MEMBER(amount)},
    {"currency", JSON_FIELD_TEXT, 0, 3, 3, MEMBER(currency)},
    {"description", JSON_FIELD_TEXT, 0, 1, DESCRIPTION_MAX, MEMBER(description)},
    {"payee", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, MEMBER(payee)},
    {"memo", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, MEMBER(memo)},
    {"category_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, MEMBER(category_id)},
    {"tags", JSON_FIELD_ARRAY, 0, 0, TAGS_MAX, MEMBER(tags)},
    {"splits", JSON_FIELD_ARRAY, JSON_NULLABLE, 0, SPLITS_MAX, MEMBER(splits)},
    {"rrule", JSON_FIELD_TEXT, 0, 1, RRULE_MAX, MEMBER(rrule_text)},
    {"start", JSON_FIELD_TEXT, 0, 10, 10, MEMBER(start_text)},
    {"weekend", JSON_FIELD_TEXT, 0, 1, 20, MEMBER(weekend_text)},
    {"catch_up", JSON_FIELD_TEXT, 0, 1, 20, MEMBER(catch_up)},
    {"estimate_last", JSON_FIELD_INT, 0, 0, ESTIMATE_MAX, MEMBER(estimate_last)},
    {"end", JSON_FIELD_OBJECT, JSON_NULLABLE, 0, 0, MEMBER(end)},
    {"paused", JSON_FIELD_BOOL, 0, 0, 0, MEMBER(paused)},
    {"state", JSON_FIELD_TEXT, 0, 1, 20, MEMBER(state)},
};

struct end {
    int64_t count;
    const char *date_text, *total;
    int32_t date;
};

static const struct json_field end_fields[] = {
    {"count", JSON_FIELD_INT, JSON_NULLABLE, 1, RECURRENCE_COUNT_MAX, offsetof(struct end, count)},
    {"date", JSON_FIELD_TEXT, JSON_NULLABLE, 10, 10, offsetof(struct end, date_text)},
    {"total", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, offsetof(struct end, total)},
};

static bool has(const struct recurring_edit *edit, const char *name)
{
    return json_object_get(edit->posted, name) != NULL;
}

static void read_end(const json_t *value, struct end *end, struct arena *arena, struct faults *faults)
{
    *end = (struct end){.count = 0};
    if (value == NULL || JSON_DECODE((json_t *)value, "/end", end_fields, end, arena, faults) != 0)
        return;
    if (end->date_text != NULL && date_parse(str_of(end->date_text), &end->date) != 0)
        faults_add(faults, "/end/date", "must be a date that exists, as YYYY-MM-DD");
    if (end->date_text != NULL && end->count != 0)
        faults_add(faults, "/end/date", "can't stand beside count: say one of them");
}

static void check_required(const struct recurring_edit *edit, struct faults *faults)
{
    static const char *const names[] = {"account_id", "amount", "description", "rrule", "start"};
    if (!json_is_object(edit->posted))
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!has(edit, names[i]))
            faults_add(faults, arena_printf(faults->arena, "/%s", names[i]), "is missing");
}

/* `state` says in the words of the answer what `paused` says. */
static void read_state(struct recurring_edit *edit, struct faults *faults)
{
    edit->says_paused = has(edit, "paused") || edit->state != NULL;
    if (edit->state == NULL)
        return;
    bool pauses = strcmp(edit->state, "paused") == 0;
    if (!pauses && strcmp(edit->state, "active") != 0)
        faults_add(faults, "/state", "must be active or paused");
    else if (has(edit, "paused") && edit->paused != pauses)
        faults_add(faults, "/state", "is not what paused says");
    edit->paused = pauses;
}

static void read_schedule(struct recurring_edit *edit, const char *from, struct faults *faults)
{
    struct err why;
    enum weekend_rule weekend;
    enum catch_up catch_up;
    if (edit->rrule_text != NULL && recurrence_parse(str_of(edit->rrule_text), &edit->rule, &why) != 0) {
        faults_add(faults, "/rrule", "%s", why.text);
        edit->rrule_text = NULL;
    }
    if (edit->start_text != NULL && date_parse(str_of(edit->start_text), &edit->start) != 0)
        faults_add(faults, "/start", "must be a date that exists, as YYYY-MM-DD");
    if (edit->weekend_text != NULL && weekend_parse(str_of(edit->weekend_text), &weekend) != 0)
        faults_add(faults, "/weekend",
                   "must be none, skip, before, after, nearest, modified_following or modified_preceding");
    if (edit->catch_up != NULL && catch_up_parse(str_of(edit->catch_up), &catch_up) != 0)
        faults_add(faults, "/catch_up", "must be post_all, post_latest or mark_missed");
    edit->has_from = from != NULL;
    if (from != NULL && date_parse(str_of(from), &edit->from) != 0)
        faults_add(faults, "from", "must be a date that exists, as YYYY-MM-DD");
}

int recurring_edit_read(json_t *posted, bool is_new, const char *from, struct arena *arena,
                        struct recurring_edit *edit, struct faults *faults)
{
    struct end end;
    *edit = (struct recurring_edit){.posted = posted, .is_new = is_new};
    (void)!JSON_DECODE(posted, "", edit_fields, edit, arena, faults); /* faults has it */
    if (is_new)
        check_required(edit, faults);
    read_schedule(edit, from, faults);
    read_state(edit, faults);
    read_end(edit->end, &end, arena, faults);
    if (edit->rrule_text != NULL && (end.count != 0 || end.date_text != NULL) &&
        (edit->rule.count != 0 || edit->rule.until != DATE_MAX))
        faults_add(faults, "/end", "can't be said when the rule has COUNT or UNTIL");
    transaction_check_tags(edit->tags, "/tags", faults);
    splits_check(edit->splits, faults);
    return faults->count > 0 ? -1 : 0;
}

void recurring_edit_lookup_params(struct db_params *params, const struct id *user, const struct id *rule,
                                  const struct recurring_edit *edit)
{
    struct id categories[SPLITS_MAX + 1];
    size_t count = splits_categories(edit->category_id, edit->splits, categories);
    db_add_id(params, user);
    db_add_id(params, rule);
    db_add_id(params, edit->account_id);
    db_add_ids(params, categories, NULL, count);
}

/* The columns of recurring_facts. */
enum {
    CURRENCY,
    EXPONENT,
    OWN_CURRENCY,
    TIMEZONE,
    CATEGORIES,
    IS_THERE,
    AMOUNT,
    RRULE,
    START,
    FIRST,
    WEEKEND,
    STATE,
    END_TOTAL,
    NEXT,
    HAS_SPLITS,
    VERSION,
    HAS_DATES,
    ENTERED
};

/* One settling. */
struct settle {
    const struct recurring_edit *edit;
    const struct db_rows *facts;
    struct arena *arena;
    struct faults *faults;
    const struct zone *zone;
    int64_t now_ms, amount, end_total;
    json_t *body;
    struct recurrence rule;
    struct end end;
    enum weekend_rule weekend;
    int32_t start, first;
    bool is_split;
};

static void set_date(json_t *body, const char *name, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    date_format(date, text);
    json_object_set_new(body, name, json_string(text));
}

static int64_t settle_money(struct settle *settle, const char *text, const char *pointer)
{
    int64_t minor = 0;
    (void)!money_read(text, rows_text(settle->facts, 0, CURRENCY), (int)rows_int(settle->facts, 0, EXPONENT),
                      pointer, &minor, settle->faults); /* faults has it */
    return minor;
}

static void settle_splits(struct settle *settle)
{
    const struct recurring_edit *edit = settle->edit;
    if (!has(edit, "splits")) {
        if (edit->amount != NULL && !edit->is_new && rows_bool(settle->facts, 0, HAS_SPLITS) &&
            settle->amount != rows_int(settle->facts, 0, AMOUNT))
            faults_add(settle->faults, "/amount", "must stay the sum of the splits; send both");
        return;
    }
    json_object_set_new(settle->body, "splits",
                        splits_settle(edit->splits, settle->amount, rows_text(settle->facts, 0, CURRENCY),
                                      (int)rows_int(settle->facts, 0, EXPONENT), settle->faults));
}

static void settle_amounts(struct settle *settle)
{
    const struct recurring_edit *edit = settle->edit;
    settle->amount = edit->is_new ? 0 : rows_int(settle->facts, 0, AMOUNT);
    settle->end_total = edit->is_new ? 0 : rows_int(settle->facts, 0, END_TOTAL);
    if (edit->amount != NULL) {
        settle->amount = settle_money(settle, edit->amount, "/amount");
        json_object_set_new(settle->body, "minor", json_integer(settle->amount));
        if (settle->amount == 0 && settle->faults->count == 0)
            faults_add(settle->faults, "/amount", "must not be zero");
    }
    if (has(edit, "end")) {
        settle->end_total =
            settle->end.total == NULL ? 0 : settle_money(settle, settle->end.total, "/end/total");
        if (settle->end.total != NULL && settle->end_total == 0 && settle->faults->count == 0)
            faults_add(settle->faults, "/end/total", "must not be zero");
        /* The words "until 1,200 are paid" have no sign; the entries do. */
        settle->end_total = settle->amount < 0 ? -llabs(settle->end_total) : llabs(settle->end_total);
    } else if (settle->end_total != 0 && (settle->end_total < 0) != (settle->amount < 0)) {
        faults_add(settle->faults, "/amount", "must keep its sign: the rule ends with a total");
    }
    settle_splits(settle);
}

static void settle_owners(struct settle *settle)
{
    const struct recurring_edit *edit = settle->edit;
    const char *own = rows_text(settle->facts, 0, OWN_CURRENCY);
    const char *currency = rows_text(settle->facts, 0, CURRENCY);
    struct id ignored[SPLITS_MAX + 1];
    if (own != NULL && strcmp(own, currency) != 0)
        faults_add(settle->faults, "/account_id", "is in %s, but the rule is in %s", currency, own);
    if (edit->currency != NULL && strcmp(edit->currency, currency) != 0)
        faults_add(settle->faults, "/currency", "must be the account's, %s", currency);
    if (rows_int(settle->facts, 0, CATEGORIES) !=
        (int64_t)splits_categories(edit->category_id, edit->splits, ignored))
        faults_add(settle->faults, edit->category_id != NULL ? "/category_id" : "/splits",
                   "names a category that is not yours");
}

/* The rule as it will be; what is not said stays. */
static int merge_schedule(struct settle *settle)
{
    const struct recurring_edit *edit = settle->edit;
    const struct db_rows *facts = settle->facts;
    struct err err;
    const char *weekend = edit->weekend_text;
    if (weekend == NULL)
        weekend = edit->is_new ? "none" : rows_text(facts, 0, WEEKEND);
    if (edit->rrule_text != NULL)
        settle->rule = edit->rule;
    else if (recurrence_parse(str_of(rows_text(facts, 0, RRULE)), &settle->rule, &err) != 0)
        return faults_add(settle->faults, "/rrule", "is not readable any more: send a new one");
    if (weekend_parse(str_of(weekend), &settle->weekend) != 0)
        return faults_add(settle->faults, "/weekend", "is not readable any more: send a new one");
    settle->start = edit->start_text != NULL ? edit->start : rows_date(facts, 0, START);
    settle->first = settle->start;
    if (edit->start_text == NULL && !rows_is_null(facts, 0, FIRST))
        settle->first = rows_date(facts, 0, FIRST);
    if (settle->is_split) {
        settle->first = edit->from;
        if (edit->start_text != NULL)
            settle->first = settle->start;
        else if (edit->rrule_text != NULL)
            settle->start = edit->from;
    }
    if (has(edit, "end") && edit->rrule_text == NULL) {
        settle->rule.count = 0;
        settle->rule.until = DATE_MAX;
    }
    if (settle->end.count != 0)
        settle->rule.count = settle->end.count;
    if (settle->end.date_text != NULL)
        settle->rule.until = settle->end.date;
    return 0;
}

/* From which date on dates are looked for: those before were entered, or are not to be. */
static int32_t goes_on_from(const struct settle *settle)
{
    const struct recurring_edit *edit = settle->edit;
    const struct db_rows *facts = settle->facts;
    bool was_active = !edit->is_new && strcmp(rows_text(facts, 0, STATE), "active") == 0;
    if (edit->is_new || settle->is_split || (was_active && !rows_bool(facts, 0, HAS_DATES)))
        return settle->first;
    int32_t today = zone_date(settle->zone, settle->now_ms), from = today;
    if (was_active && !rows_is_null(facts, 0, NEXT)) {
        int32_t next = rows_date(facts, 0, NEXT);
        if (next < today || (edit->rrule_text == NULL && edit->start_text == NULL))
            from = next;
    }
    return from > settle->first ? from : settle->first;
}

static bool find_next(const struct settle *settle, int32_t from, int32_t *nominal, int32_t *posting)
{
    struct recurrence_iterator dates;
    recurrence_begin(&dates, &settle->rule, settle->start, from);
    while (recurrence_next(&dates, nominal))
        if (weekend_posting_date(settle->weekend, *nominal, posting))
            return true;
    return false;
}

static void settle_schedule(struct settle *settle)
{
    const struct recurring_edit *edit = settle->edit;
    const char *state = edit->is_new ? "active" : rows_text(settle->facts, 0, STATE);
    bool changes = edit->is_new || settle->is_split || edit->rrule_text != NULL || edit->start_text != NULL ||
                   edit->weekend_text != NULL || has(edit, "end");
    char rrule[RECURRENCE_TEXT_SIZE];
    int32_t nominal, posting;
    if (edit->says_paused) {
        changes = changes || edit->paused == (strcmp(state, "active") == 0);
        state = edit->paused ? "paused" : "active";
    } else if (changes && strcmp(state, "ended") == 0) {
        state = "active";
    }
    if (!changes)
        return;
    json_object_set_new(settle->body, "next_nominal", json_null());
    if (find_next(settle, goes_on_from(settle), &nominal, &posting)) {
        set_date(settle->body, "next_nominal", nominal);
        set_date(settle->body, "next_posting", posting);
        json_object_set_new(settle->body, "next_due_ms", json_integer(zone_first_ms(settle->zone, posting)));
    } else if (edit->is_new || settle->is_split) {
        faults_add(settle->faults, settle->edit->rrule_text != NULL ? "/rrule" : "from",
                   "gives no date on which anything is entered");
    } else {
        state = "ended";
    }
    recurrence_format(&settle->rule, rrule);
    json_object_set_new(settle->body, "rrule", json_string(rrule));
    set_date(settle->body, "start", settle->start);
    json_object_set_new(settle->body, "first", json_null());
    if (settle->first != settle->start)
        set_date(settle->body, "first", settle->first);
    json_object_set_new(settle->body, "state", json_string(state));
}

/* "This and following": which date that may be, and what the old rule then is. */
static const char *settle_split(struct settle *settle)
{
    const struct recurring_edit *edit = settle->edit;
    const struct db_rows *facts = settle->facts;
    struct recurrence rule;
    struct err err;
    int32_t start = rows_date(facts, 0, START), found, next = rows_date(facts, 0, NEXT);
    int32_t first = rows_is_null(facts, 0, FIRST) ? start : rows_date(facts, 0, FIRST);
    if (recurrence_parse(str_of(rows_text(facts, 0, RRULE)), &rule, &err) != 0 || edit->from < first ||
        recurrence_between(&rule, start, edit->from, edit->from, 1, &found) == 0) {
        faults_add(settle->faults, "from", "is not a date of this rule");
        return NULL;
    }
    if (rows_is_null(facts, 0, NEXT) || edit->from < next) {
        faults_add(settle->faults, "from", "has been entered already; change that entry itself");
        return NULL;
    }
    int32_t *left = arena_array(settle->arena, LEFT_MAX, sizeof *left);
    if (recurrence_between(&rule, start, first, edit->from - 1, 1, left) == 0)
        return NULL; /* there is nothing before it: the whole rule is changed */
    settle->is_split = true;
    int64_t before = (int64_t)recurrence_between(&rule, start, next, edit->from - 1, LEFT_MAX, left);
    int64_t total = rows_int(facts, 0, END_TOTAL);
    if (total != 0 && !has(edit, "end")) { /* what the old rule leaves of the total */
        int64_t amount = rows_int(facts, 0, AMOUNT), entered = rows_int(facts, 0, ENTERED) + before * amount;
        total = occurrence_amount_left(total, entered, total);
        if (total == 0)
            faults_add(settle->faults, "from", "is behind the end of this rule: its total is reached before");
        settle->end_total = total;
        json_object_set_new(settle->body, "end_minor", json_integer(total));
    }
    rule.count = 0;
    rule.until = edit->from - 1;
    char *text = arena_alloc(settle->arena, RECURRENCE_TEXT_SIZE);
    recurrence_format(&rule, text);
    return text;
}

enum recurring_found recurring_edit_settle(const struct recurring_edit *edit, const struct db_rows *facts,
                                           struct zones *zones, int64_t now_ms, struct arena *arena,
                                           struct recurring_settled *settled, struct faults *faults)
{
    struct settle settle = {.edit = edit, .facts = facts, .arena = arena, .faults = faults, .now_ms = now_ms};
    struct err err;
    *settled = (struct recurring_settled){.body = NULL};
    if (facts->count == 0 || rows_is_null(facts, 0, CURRENCY) ||
        (!edit->is_new && !rows_bool(facts, 0, IS_THERE)))
        return RECURRING_NOT_THERE;
    settled->version = rows_int(facts, 0, VERSION);
    settle.zone = zones_find(zones, str_of(rows_text(facts, 0, TIMEZONE)), &err);
    if (settle.zone == NULL) {
        faults_add(faults, "", "your time zone can't be read: %s", err.text);
        return RECURRING_FAULTS;
    }
    read_end(edit->end, &settle.end, arena, faults);
    settle.body = json_own(arena, json_copy(edit->posted));
    json_object_del(settle.body, "state"); /* settled below */
    settle_owners(&settle);
    settle_amounts(&settle);
    if (has(edit, "end"))
        json_object_set_new(settle.body, "end_minor", json_integer(settle.end_total));
    if (edit->has_from)
        settled->ends = settle_split(&settle);
    settled->is_split = settle.is_split;
    if (faults->count == 0 && merge_schedule(&settle) == 0)
        settle_schedule(&settle);
    settled->body = json_write(arena, settle.body);
    return faults->count > 0 ? RECURRING_FAULTS : RECURRING_OK;
}
