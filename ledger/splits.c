#include "ledger/splits.h"

#include <stddef.h>

#include "finance/money.h"
#include "ledger/transactions.h"

struct split {
    const char *amount, *memo;
    const struct id *category_id;
};

static const struct json_field split_fields[] = {
    {"amount", JSON_FIELD_DECIMAL, JSON_REQUIRED, 0, 0, offsetof(struct split, amount)},
    {"memo", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, offsetof(struct split, memo)},
    {"category_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, offsetof(struct split, category_id)},
};

static int read_split(json_t *value, size_t index, struct split *split, struct faults *faults)
{
    const char *pointer = arena_printf(faults->arena, "/splits/%zu", index);
    *split = (struct split){NULL, NULL, NULL};
    return JSON_DECODE(value, pointer, split_fields, split, faults->arena, faults);
}

void splits_check(json_t *splits, struct faults *faults)
{
    struct split split;
    size_t index;
    json_t *value;
    json_array_foreach(splits, index, value)
    {
        (void)!read_split(value, index, &split, faults); /* faults has it */
    }
}

static void add_once(struct id *ids, size_t *count, const struct id *id)
{
    for (size_t i = 0; i < *count; i++)
        if (id_equal(&ids[i], id))
            return;
    ids[(*count)++] = *id;
}

size_t splits_categories(const struct id *own, json_t *splits, struct id *ids)
{
    size_t count = 0, index;
    json_t *value;
    if (own != NULL)
        add_once(ids, &count, own);
    json_array_foreach(splits, index, value)
    {
        struct id id;
        const char *text = json_string_value(json_object_get(value, "category_id"));
        if (text != NULL && id_parse(str_of(text), &id) == 0)
            add_once(ids, &count, &id);
    }
    return count;
}

json_t *splits_settle(json_t *splits, int64_t total_minor, const char *currency, int exponent,
                      struct faults *faults)
{
    if (json_array_size(splits) == 0)
        return json_null();
    json_t *out = json_array(), *value;
    int64_t sum = 0;
    size_t index;
    json_array_foreach(splits, index, value)
    {
        struct split split;
        const char *pointer = arena_printf(faults->arena, "/splits/%zu/amount", index);
        int64_t minor = 0;
        if (read_split(value, index, &split, faults) != 0)
            break;
        (void)!money_read(split.amount, currency, exponent, pointer, &minor, faults); /* faults has it */
        if (money_add(sum, minor, &sum) != 0)
            faults_add(faults, pointer, "makes the sum too large");
        json_t *settled = json_copy(value);
        json_object_set_new(settled, "minor", json_integer(minor));
        json_array_append_new(out, settled);
    }
    if (faults->count == 0 && sum != total_minor)
        faults_add(faults, "/splits", "do not sum to the amount");
    return out;
}
