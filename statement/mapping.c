#include "statement/mapping.h"

#include <stddef.h>

#include "base/json.h"
#include "finance/money.h"
#include "statement/date_text.h"

void mapping_init(struct mapping *mapping)
{
    *mapping = (struct mapping){
        .delimiter = -1,
        .quote = -1,
        .trim = -1,
        .header = -1,
        .skip_head = -1,
        .skip_foot = -1,
        .decimal = -1,
        .invert = -1,
        .absolute = -1,
        .parentheses_negative = -1,
        .minor_units = -1,
    };
    struct mapping_column *columns[] = {
        &mapping->date,    &mapping->value_date,      &mapping->debit,        &mapping->credit,
        &mapping->sign,    &mapping->payee,           &mapping->counterparty, &mapping->bank_reference,
        &mapping->balance, &mapping->currency_column,
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        columns[i]->number = -1;
}

bool mapping_has(const struct mapping_column *column)
{
    return column->name != NULL || column->number >= 0;
}

enum kind { BYTE, QUOTE, DECIMAL, FLAG, HEAD, FOOT, TEXT, CODE, COLUMN, COLUMNS };

static const struct key {
    const char *name;
    enum kind kind;
    size_t offset;
} keys[] = {
    {"encoding", TEXT, offsetof(struct mapping, encoding)},
    {"delimiter", BYTE, offsetof(struct mapping, delimiter)},
    {"quote", QUOTE, offsetof(struct mapping, quote)},
    {"trim", FLAG, offsetof(struct mapping, trim)},
    {"header", FLAG, offsetof(struct mapping, header)},
    {"skip_head", HEAD, offsetof(struct mapping, skip_head)},
    {"skip_foot", FOOT, offsetof(struct mapping, skip_foot)},
    {"date", COLUMN, offsetof(struct mapping, date)},
    {"value_date", COLUMN, offsetof(struct mapping, value_date)},
    {"amount", COLUMNS, offsetof(struct mapping, amount)},
    {"debit", COLUMN, offsetof(struct mapping, debit)},
    {"credit", COLUMN, offsetof(struct mapping, credit)},
    {"invert", FLAG, offsetof(struct mapping, invert)},
    {"absolute", FLAG, offsetof(struct mapping, absolute)},
    {"parentheses_negative", FLAG, offsetof(struct mapping, parentheses_negative)},
    {"minor_units", FLAG, offsetof(struct mapping, minor_units)},
    {"strip", TEXT, offsetof(struct mapping, strip)},
    {"decimal", DECIMAL, offsetof(struct mapping, decimal)},
    {"thousands", TEXT, offsetof(struct mapping, thousands)},
    {"currency", CODE, offsetof(struct mapping, currency)},
    {"currency_column", COLUMN, offsetof(struct mapping, currency_column)},
    {"payee", COLUMN, offsetof(struct mapping, payee)},
    {"memo", COLUMNS, offsetof(struct mapping, memo)},
    {"counterparty", COLUMN, offsetof(struct mapping, counterparty)},
    {"bank_reference", COLUMN, offsetof(struct mapping, bank_reference)},
    {"balance", COLUMN, offsetof(struct mapping, balance)},
    {"pending_marker", TEXT, offsetof(struct mapping, pending_marker)},
};

static int read_column(json_t *value, const char *place, struct mapping_column *column, struct faults *faults)
{
    if (json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) < 65536) {
        *column = (struct mapping_column){NULL, (int)json_integer_value(value)};
        return 0;
    }
    if (json_is_string(value) && json_string_length(value) > 0) {
        *column = (struct mapping_column){json_string_value(value), -1};
        return 0;
    }
    return faults_add(faults, place, "must be a column: its name, or its number from 0");
}

static int read_columns(struct arena *arena, json_t *value, const char *place,
                        struct mapping_columns *columns, struct faults *faults)
{
    columns->count = 1;
    if (!json_is_array(value))
        return read_column(value, place, &columns->list[0], faults);
    columns->count = json_array_size(value);
    if (columns->count < 1 || columns->count > MAPPING_COLUMNS) {
        columns->count = 0;
        return faults_add(faults, place, "must be a column or a list of 1 to %d columns", MAPPING_COLUMNS);
    }
    int result = 0;
    for (size_t i = 0; i < columns->count; i++)
        if (read_column(json_array_get(value, i), arena_printf(arena, "%s/%zu", place, i), &columns->list[i],
                        faults) != 0)
            result = -1;
    return result;
}

/* A string or a list of strings. */
static int read_values(json_t *value, const char *place, const char **list, size_t limit, size_t *count,
                       struct faults *faults)
{
    *count = 0;
    if (json_is_string(value)) {
        list[(*count)++] = json_string_value(value);
        return 0;
    }
    if (!json_is_array(value) || json_array_size(value) > limit)
        return faults_add(faults, place, "must be a list of at most %zu strings", limit);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *text = json_string_value(json_array_get(value, i));
        if (text == NULL)
            return faults_add(faults, place, "must be a list of strings");
        list[(*count)++] = text;
    }
    return 0;
}

static int read_flag(json_t *value, const char *place, int *flag, struct faults *faults)
{
    if (!json_is_boolean(value))
        return faults_add(faults, place, "must be true or false");
    *flag = json_is_true(value);
    return 0;
}

static int read_byte(json_t *value, const char *place, enum kind kind, int *byte, struct faults *faults)
{
    const char *text = json_string_value(value);
    if (text != NULL && text[0] == '\0' && kind == QUOTE) {
        *byte = 0;
        return 0;
    }
    if (kind == BYTE && text != NULL && strcmp(text, "\\t") == 0)
        text = "\t";
    if (text == NULL || text[0] == '\0' || text[1] != '\0' || (unsigned char)text[0] >= 0x80 ||
        text[0] == '\n' || text[0] == '\r')
        return faults_add(faults, place, "must be one ASCII character%s",
                          kind == QUOTE ? ", or \"\" for none" : "");
    if (kind == DECIMAL && text[0] != '.' && text[0] != ',')
        return faults_add(faults, place, "must be \".\" or \",\"");
    *byte = text[0];
    return 0;
}

static int read_count(json_t *value, const char *place, int max, int *count, struct faults *faults)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > max)
        return faults_add(faults, place, "must be a whole number from 0 to %d", max);
    *count = (int)json_integer_value(value);
    return 0;
}

static int read_text(json_t *value, const char *place, enum kind kind, const char **text,
                     struct faults *faults)
{
    if (!json_is_string(value) || json_string_length(value) > 200)
        return faults_add(faults, place, "must be a string of at most 200 bytes");
    *text = json_string_value(value);
    if (kind == CODE && currency_find(str_of(*text)) == NULL)
        return faults_add(faults, place, "must be an ISO 4217 code such as EUR");
    return 0;
}

static int read_key(struct arena *arena, json_t *value, const char *place, const struct key *key,
                    struct mapping *mapping, struct faults *faults)
{
    void *member = (char *)mapping + key->offset;
    switch (key->kind) {
    case BYTE:
    case QUOTE:
    case DECIMAL:
        return read_byte(value, place, key->kind, member, faults);
    case FLAG:
        return read_flag(value, place, member, faults);
    case HEAD:
        return read_count(value, place, MAPPING_HEAD_MAX, member, faults);
    case FOOT:
        return read_count(value, place, MAPPING_FOOT_MAX, member, faults);
    case TEXT:
    case CODE:
        return read_text(value, place, key->kind, member, faults);
    case COLUMN:
        return read_column(value, place, member, faults);
    case COLUMNS:
        return read_columns(arena, value, place, member, faults);
    }
    return 0;
}

static int read_formats(struct arena *arena, json_t *value, const char *place, struct mapping *mapping,
                        struct faults *faults)
{
    if (read_values(value, place, mapping->date_formats, MAPPING_FORMATS, &mapping->date_format_count,
                    faults) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < mapping->date_format_count; i++) {
        const char *wrong = date_text_check_format(mapping->date_formats[i]);
        if (wrong != NULL)
            result = faults_add(faults, arena_printf(arena, "%s/%zu", place, i), "%s", wrong);
    }
    return result;
}

static int read_sign(struct arena *arena, json_t *value, const char *place, struct mapping *mapping,
                     struct faults *faults)
{
    if (!json_is_object(value))
        return faults_add(faults, place, "must be an object: {column, debit, credit}");
    int result = 0;
    const char *name;
    json_t *member;
    json_object_foreach(value, name, member)
    {
        const char *at = arena_printf(arena, "%s/%s", place, name);
        if (strcmp(name, "column") == 0)
            result |= read_column(member, at, &mapping->sign, faults);
        else if (strcmp(name, "debit") == 0)
            result |= read_values(member, at, mapping->sign_debit.list, MAPPING_VALUES,
                                  &mapping->sign_debit.count, faults);
        else if (strcmp(name, "credit") == 0)
            result |= read_values(member, at, mapping->sign_credit.list, MAPPING_VALUES,
                                  &mapping->sign_credit.count, faults);
        else
            result = faults_add(faults, at, "is not a known field");
    }
    if (result == 0 && !mapping_has(&mapping->sign))
        result = faults_add(faults, arena_printf(arena, "%s/column", place), "is missing");
    if (result == 0 && mapping->sign_debit.count + mapping->sign_credit.count == 0)
        result = faults_add(faults, place, "needs debit or credit values");
    return result;
}

static int read_ignores(struct arena *arena, json_t *value, const char *place, struct mapping *mapping,
                        struct faults *faults)
{
    if (!json_is_array(value) || json_array_size(value) > MAPPING_IGNORES)
        return faults_add(faults, place, "must be a list of at most %d rules {column, values}",
                          MAPPING_IGNORES);
    for (size_t i = 0; i < json_array_size(value); i++) {
        json_t *rule = json_array_get(value, i);
        json_t *column = json_object_get(rule, "column"), *values = json_object_get(rule, "values");
        const char *at = arena_printf(arena, "%s/%zu", place, i);
        if (column == NULL || values == NULL || json_object_size(rule) != 2)
            return faults_add(faults, at, "must be an object: {column, values}");
        if (read_column(column, at, &mapping->ignore_rows[i].column, faults) != 0 ||
            read_values(values, at, mapping->ignore_rows[i].values.list, MAPPING_VALUES,
                        &mapping->ignore_rows[i].values.count, faults) != 0)
            return -1;
        mapping->ignore_count = i + 1;
    }
    return 0;
}

static const struct key *find_key(const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

/* What members say together. */
static int check_whole(const char *pointer, const struct mapping *mapping, struct arena *arena,
                       struct faults *faults)
{
    bool sides = mapping_has(&mapping->debit) || mapping_has(&mapping->credit);
    if (sides && mapping->amount.count > 0)
        return faults_add(faults, arena_printf(arena, "%s/amount", pointer),
                          "can't stand beside debit or credit");
    if (mapping->decimal > 0 && mapping->thousands != NULL &&
        strchr(mapping->thousands, mapping->decimal) != NULL)
        return faults_add(faults, arena_printf(arena, "%s/thousands", pointer), "holds the decimal mark");
    if (mapping->delimiter >= 0 && mapping->delimiter == mapping->quote)
        return faults_add(faults, arena_printf(arena, "%s/quote", pointer), "is the delimiter");
    return 0;
}

int mapping_read(struct arena *arena, json_t *value, const char *pointer, struct mapping *mapping,
                 struct faults *faults)
{
    mapping_init(mapping);
    if (!json_is_object(value))
        return faults_add(faults, pointer, "must be an object");
    int result = 0;
    const char *name;
    json_t *member;
    json_object_foreach(value, name, member)
    {
        const char *place = arena_printf(arena, "%s/%s", pointer, name);
        const struct key *key = find_key(name);
        if (json_is_null(member))
            continue;
        if (key != NULL)
            result |= read_key(arena, member, place, key, mapping, faults);
        else if (strcmp(name, "date_formats") == 0)
            result |= read_formats(arena, member, place, mapping, faults);
        else if (strcmp(name, "sign") == 0)
            result |= read_sign(arena, member, place, mapping, faults);
        else if (strcmp(name, "ignore_rows") == 0)
            result |= read_ignores(arena, member, place, mapping, faults);
        else
            result = faults_add(faults, place, "is not a known field");
    }
    return result == 0 ? check_whole(pointer, mapping, arena, faults) : result;
}

static json_t *column_json(const struct mapping_column *column)
{
    return column->name != NULL ? json_string(column->name) : json_integer(column->number);
}

static json_t *columns_json(const struct mapping_columns *columns)
{
    if (columns->count == 1)
        return column_json(&columns->list[0]);
    json_t *list = json_array();
    for (size_t i = 0; i < columns->count; i++)
        json_array_append_new(list, column_json(&columns->list[i]));
    return list;
}

static json_t *values_json(const char *const *values, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(values[i]));
    return list;
}

static json_t *key_json(const struct mapping *mapping, const struct key *key)
{
    const void *member = (const char *)mapping + key->offset;
    int number = key->kind <= FOOT ? *(const int *)member : 0;
    const char *text = key->kind == TEXT || key->kind == CODE ? *(const char *const *)member : NULL;
    switch (key->kind) {
    case BYTE:
    case QUOTE:
    case DECIMAL:
        return number < 0 ? NULL : json_stringn((char[]){(char)number, 0}, number > 0);
    case FLAG:
        return number < 0 ? NULL : json_boolean(number);
    case HEAD:
    case FOOT:
        return number < 0 ? NULL : json_integer(number);
    case TEXT:
    case CODE:
        return text == NULL ? NULL : json_string(text);
    case COLUMN:
        return mapping_has(member) ? column_json(member) : NULL;
    case COLUMNS:
        return ((const struct mapping_columns *)member)->count == 0 ? NULL : columns_json(member);
    }
    return NULL;
}

json_t *mapping_json(struct arena *arena, const struct mapping *mapping)
{
    json_t *object = json_own(arena, json_object());
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = key_json(mapping, &keys[i]);
        if (value != NULL)
            json_object_set_new(object, keys[i].name, value);
    }
    if (mapping->date_format_count > 0)
        json_object_set_new(object, "date_formats",
                            values_json(mapping->date_formats, mapping->date_format_count));
    if (mapping_has(&mapping->sign)) {
        json_t *sign = json_object();
        json_object_set_new(sign, "column", column_json(&mapping->sign));
        json_object_set_new(sign, "debit", values_json(mapping->sign_debit.list, mapping->sign_debit.count));
        json_object_set_new(sign, "credit",
                            values_json(mapping->sign_credit.list, mapping->sign_credit.count));
        json_object_set_new(object, "sign", sign);
    }
    if (mapping->ignore_count > 0) {
        json_t *rules = json_array();
        for (size_t i = 0; i < mapping->ignore_count; i++) {
            json_t *rule = json_object();
            json_object_set_new(rule, "column", column_json(&mapping->ignore_rows[i].column));
            json_object_set_new(
                rule, "values",
                values_json(mapping->ignore_rows[i].values.list, mapping->ignore_rows[i].values.count));
            json_array_append_new(rules, rule);
        }
        json_object_set_new(object, "ignore_rows", rules);
    }
    return object;
}
