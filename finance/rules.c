#include "finance/rules.h"

#include <string.h>

#include "finance/date.h"
#include "finance/money.h"
#include "finance/normalise.h"

enum { UNITS_EXPONENT = 4 }; /* no currency has more places */

struct posted {
    const char *name;
    bool enabled;
    json_t *when, *then;
};

static const struct json_field rule_fields[] = {
    {"name", JSON_FIELD_TEXT, JSON_REQUIRED, 1, RULE_NAME_MAX, offsetof(struct posted, name)},
    {"enabled", JSON_FIELD_BOOL, 0, 0, 0, offsetof(struct posted, enabled)},
    {"when", JSON_FIELD_OBJECT, JSON_REQUIRED, 0, 0, offsetof(struct posted, when)},
    {"then", JSON_FIELD_OBJECT, JSON_REQUIRED, 0, 0, offsetof(struct posted, then)},
};

struct posted_when {
    json_t *text, *payee, *amount, *date;
    const struct id *account_id;
    const char *sign;
};

static const struct json_field when_fields[] = {
    {"text", JSON_FIELD_OBJECT, JSON_NULLABLE, 0, 0, offsetof(struct posted_when, text)},
    {"payee", JSON_FIELD_OBJECT, JSON_NULLABLE, 0, 0, offsetof(struct posted_when, payee)},
    {"account_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, offsetof(struct posted_when, account_id)},
    {"amount", JSON_FIELD_OBJECT, JSON_NULLABLE, 0, 0, offsetof(struct posted_when, amount)},
    {"sign", JSON_FIELD_TEXT, JSON_NULLABLE, 1, 10, offsetof(struct posted_when, sign)},
    {"date", JSON_FIELD_OBJECT, JSON_NULLABLE, 0, 0, offsetof(struct posted_when, date)},
};

static const struct json_field text_fields[] = {
    {"contains", JSON_FIELD_TEXT, JSON_NULLABLE, 1, RULE_TEXT_MAX, offsetof(struct rule_text, contains)},
    {"equals", JSON_FIELD_TEXT, JSON_NULLABLE, 1, RULE_TEXT_MAX, offsetof(struct rule_text, equals)},
    {"starts_with", JSON_FIELD_TEXT, JSON_NULLABLE, 1, RULE_TEXT_MAX,
     offsetof(struct rule_text, starts_with)},
    {"word", JSON_FIELD_TEXT, JSON_NULLABLE, 1, RULE_TEXT_MAX, offsetof(struct rule_text, word)},
};

struct posted_range {
    const char *from, *to;
};

static const struct json_field amount_fields[] = {
    {"min", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, offsetof(struct posted_range, from)},
    {"max", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, offsetof(struct posted_range, to)},
};

static const struct json_field date_fields[] = {
    {"from", JSON_FIELD_TEXT, JSON_NULLABLE, 1, 10, offsetof(struct posted_range, from)},
    {"to", JSON_FIELD_TEXT, JSON_NULLABLE, 1, 10, offsetof(struct posted_range, to)},
};

static const struct json_field then_fields[] = {
    {"category_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, offsetof(struct rule, category_id)},
    {"tags", JSON_FIELD_ARRAY, JSON_NULLABLE, 1, RULE_TAGS_MAX, offsetof(struct rule, tags)},
    {"payee", JSON_FIELD_TEXT, JSON_NULLABLE, 1, RULE_PAYEE_MAX, offsetof(struct rule, new_payee)},
};

/* Folds one needle in place; one that has nothing left would fit every row. */
static void fold_needle(const char **needle, const char *field, const char *pointer, struct arena *arena,
                        struct faults *faults)
{
    if (*needle == NULL)
        return;
    char folded[RULE_FOLDED_SIZE];
    size_t size = normalise_fold(str_of(*needle), folded, sizeof folded);
    if (size == 0)
        faults_add(faults, arena_printf(arena, "%s/%s", pointer, field),
                   "has no letter, digit or sign to look for");
    *needle = arena_strdup(arena, folded);
}

static void read_text(json_t *value, const char *pointer, struct arena *arena, struct rule_text *text,
                      struct faults *faults)
{
    if (value == NULL)
        return;
    if (JSON_DECODE(value, pointer, text_fields, text, arena, faults) != 0)
        return;
    if (json_object_size(value) == 0)
        faults_add(faults, pointer, "must have contains, equals, starts_with or word");
    fold_needle(&text->contains, "contains", pointer, arena, faults);
    fold_needle(&text->equals, "equals", pointer, arena, faults);
    fold_needle(&text->starts_with, "starts_with", pointer, arena, faults);
    fold_needle(&text->word, "word", pointer, arena, faults);
}

static void read_limit(const char *text, const char *pointer, bool *has, int64_t *units,
                       struct faults *faults)
{
    if (text == NULL)
        return;
    enum money_result result = money_parse(str_of(text), UNITS_EXPONENT, units);
    if (result == MONEY_TOO_PRECISE)
        faults_add(faults, pointer, "has more than %d decimals", UNITS_EXPONENT);
    else if (result != MONEY_OK)
        faults_add(faults, pointer, "%s", money_result_text(result));
    else if (*units < 0)
        faults_add(faults, pointer,
                   "is a size and can't be negative; \"sign\" tells money in from money out");
    *has = true;
}

static void read_amount(json_t *value, const char *pointer, struct arena *arena, struct rule *rule,
                        struct faults *faults)
{
    struct posted_range range = {NULL, NULL};
    size_t before = faults->count;
    if (value == NULL || JSON_DECODE(value, pointer, amount_fields, &range, arena, faults) != 0)
        return;
    read_limit(range.from, arena_printf(arena, "%s/min", pointer), &rule->has_min, &rule->min_units, faults);
    read_limit(range.to, arena_printf(arena, "%s/max", pointer), &rule->has_max, &rule->max_units, faults);
    if (!rule->has_min && !rule->has_max)
        faults_add(faults, pointer, "must have min or max");
    else if (faults->count == before && rule->has_min && rule->has_max && rule->min_units > rule->max_units)
        faults_add(faults, pointer, "fits no amount: min is above max");
}

static void read_dates(json_t *value, const char *pointer, struct arena *arena, struct rule *rule,
                       struct faults *faults)
{
    struct posted_range range = {NULL, NULL};
    if (value == NULL || JSON_DECODE(value, pointer, date_fields, &range, arena, faults) != 0)
        return;
    if (range.from != NULL && date_parse(str_of(range.from), &rule->from) != 0)
        faults_add(faults, arena_printf(arena, "%s/from", pointer),
                   "must be a date that exists, as YYYY-MM-DD");
    if (range.to != NULL && date_parse(str_of(range.to), &rule->to) != 0)
        faults_add(faults, arena_printf(arena, "%s/to", pointer),
                   "must be a date that exists, as YYYY-MM-DD");
    if (range.from == NULL && range.to == NULL)
        faults_add(faults, pointer, "must have from or to");
    else if (rule->from > rule->to)
        faults_add(faults, pointer, "fits no date: from is after to");
}

static void read_when(json_t *value, const char *pointer, struct arena *arena, struct rule *rule,
                      struct faults *faults)
{
    struct posted_when when = {0};
    if (JSON_DECODE(value, pointer, when_fields, &when, arena, faults) != 0)
        return;
    if (when.text == NULL && when.payee == NULL && when.account_id == NULL && when.amount == NULL &&
        when.sign == NULL && when.date == NULL)
        faults_add(faults, pointer, "must have a condition; a rule without one would fit everything");
    rule->account_id = when.account_id;
    read_text(when.text, arena_printf(arena, "%s/text", pointer), arena, &rule->text, faults);
    read_text(when.payee, arena_printf(arena, "%s/payee", pointer), arena, &rule->payee, faults);
    read_amount(when.amount, arena_printf(arena, "%s/amount", pointer), arena, rule, faults);
    read_dates(when.date, arena_printf(arena, "%s/date", pointer), arena, rule, faults);
    if (when.sign == NULL)
        rule->sign = RULE_ANY_SIGN;
    else if (strcmp(when.sign, "in") == 0)
        rule->sign = RULE_IN;
    else if (strcmp(when.sign, "out") == 0)
        rule->sign = RULE_OUT;
    else
        faults_add(faults, arena_printf(arena, "%s/sign", pointer), "must be \"in\" or \"out\"");
}

static void read_then(json_t *value, const char *pointer, struct arena *arena, struct rule *rule,
                      struct faults *faults)
{
    if (JSON_DECODE(value, pointer, then_fields, rule, arena, faults) != 0)
        return;
    if (rule->category_id == NULL && rule->tags == NULL && rule->new_payee == NULL)
        faults_add(faults, pointer,
                   "must have category_id, tags or payee; a rule without an action does nothing");
    size_t index;
    json_t *tag;
    json_array_foreach(rule->tags, index, tag)
    {
        struct str text = {json_string_value(tag), json_string_length(tag)};
        size_t length = json_is_string(tag) ? str_utf8_length(text) : 0;
        if (length < 1 || length > RULE_TAG_MAX || str_has_control(text))
            faults_add(faults, arena_printf(arena, "%s/tags/%zu", pointer, index),
                       "must be a string of 1 to %d characters without control characters", RULE_TAG_MAX);
    }
}

int rule_read(json_t *value, const char *pointer, struct arena *arena, struct rule *rule,
              struct faults *faults)
{
    size_t before = faults->count;
    struct posted posted = {.enabled = true};
    *rule = (struct rule){.from = DATE_MIN, .to = DATE_MAX};
    if (!json_is_object(value))
        return faults_add(faults, pointer, "must be an object");
    (void)!JSON_DECODE(value, pointer, rule_fields, &posted, arena, faults); /* faults has it */
    rule->name = posted.name;
    rule->enabled = posted.enabled;
    if (posted.when != NULL)
        read_when(posted.when, arena_printf(arena, "%s/when", pointer), arena, rule, faults);
    if (posted.then != NULL)
        read_then(posted.then, arena_printf(arena, "%s/then", pointer), arena, rule, faults);
    return faults->count > before ? -1 : 0;
}

void rule_row_set_text(struct rule_row *row, struct str text, struct str payee)
{
    normalise_fold(text, row->text, sizeof row->text);
    normalise_fold(payee, row->payee, sizeof row->payee);
}

static bool is_word_byte(char c)
{
    return (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Does `needle` stand in the text with no letter or digit beside it? */
static bool has_word(const char *text, const char *needle)
{
    size_t size = strlen(needle);
    for (const char *at = text; (at = strstr(at, needle)) != NULL; at++)
        if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[size]))
            return true;
    return false;
}

static bool text_fits(const struct rule_text *rule, const char *text)
{
    return (rule->contains == NULL || strstr(text, rule->contains) != NULL) &&
           (rule->equals == NULL || strcmp(text, rule->equals) == 0) &&
           (rule->starts_with == NULL || strncmp(text, rule->starts_with, strlen(rule->starts_with)) == 0) &&
           (rule->word == NULL || has_word(text, rule->word));
}

static bool amount_fits(const struct rule *rule, const struct rule_row *row)
{
    __int128 units = row->amount_minor;
    units = units < 0 ? -units : units;
    for (int i = row->exponent; i < UNITS_EXPONENT; i++)
        units *= 10;
    return (!rule->has_min || units >= rule->min_units) && (!rule->has_max || units <= rule->max_units);
}

bool rule_matches(const struct rule *rule, const struct rule_row *row)
{
    if (rule->account_id != NULL && !id_equal(rule->account_id, &row->account_id))
        return false;
    if ((rule->sign == RULE_IN && row->amount_minor <= 0) ||
        (rule->sign == RULE_OUT && row->amount_minor >= 0))
        return false;
    return row->date >= rule->from && row->date <= rule->to && amount_fits(rule, row) &&
           text_fits(&rule->text, row->text) && text_fits(&rule->payee, row->payee);
}
