#include "ledger/suggestions.h"

#include <stdlib.h>

#include "base/json.h"
#include "finance/date.h"
#include "finance/detection.h"
#include "finance/money.h"

/* Three years and some weeks: what comes yearly must have come three times. */
enum { DAYS_BACK = 3 * 366 + 60, SERIES_MAX = 500 };

void suggestions_params(struct db_params *params, const struct id *user, int32_t today)
{
    db_add_id(params, user);
    db_add_date(params, today - DAYS_BACK);
    db_add_int(params, DETECTION_HITS_MIN);
    db_add_int(params, DETECTION_HITS_MAX);
    db_add_int(params, SERIES_MAX);
}

struct suggestion {
    int row;
    struct detection found;
};

static int compare(const void *a, const void *b)
{
    const struct suggestion *left = a, *right = b;
    if (left->found.confidence != right->found.confidence)
        return left->found.confidence > right->found.confidence ? -1 : 1;
    return left->row - right->row;
}

/* "19000 -1200 19031 -1200 …". */
static size_t read_hits(struct str pairs, struct detection_hit hits[DETECTION_HITS_MAX])
{
    size_t count = 0;
    while (pairs.size > 0 && count < DETECTION_HITS_MAX) {
        int64_t date, amount;
        if (str_to_int(str_split(pairs, ' ', &pairs), &date) != 0 ||
            str_to_int(str_split(pairs, ' ', &pairs), &amount) != 0)
            break;
        hits[count++] = (struct detection_hit){(int32_t)date, amount};
    }
    return count;
}

static json_t *money(const struct db_rows *rows, int row, int64_t minor)
{
    char text[MONEY_TEXT_SIZE];
    money_format(minor, (int)rows_int(rows, row, 2), text);
    return json_string(text);
}

static json_t *date(int32_t day)
{
    char text[DATE_TEXT_SIZE];
    date_format(day, text);
    return json_string(text);
}

static json_t *id_or_null(const struct db_rows *rows, int row, int column)
{
    char text[ID_TEXT_SIZE];
    struct id id;
    if (rows_is_null(rows, row, column))
        return json_null();
    id = rows_id(rows, row, column);
    id_format(&id, text);
    return json_string(text);
}

const char *suggestions_json(const struct db_rows *rows, int32_t today, struct arena *arena)
{
    struct suggestion *list = arena_array(arena, (size_t)rows->count, sizeof *list);
    struct detection_hit *hits = arena_array(arena, DETECTION_HITS_MAX, sizeof *hits);
    size_t count = 0;
    for (int row = 0; row < rows->count; row++) {
        size_t size = read_hits(rows_bytes(rows, row, 6), hits);
        list[count].row = row;
        if (detection_find(hits, size, today, &list[count].found))
            count++;
    }
    qsort(list, count, sizeof *list, compare);
    json_t *data = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct detection *found = &list[i].found;
        int row = list[i].row;
        json_t *item =
            json_pack("{so ss? ss? so so so so ss ss so so so sI sf}", "account_id", id_or_null(rows, row, 0),
                      "description", rows_text(rows, row, 3), "payee", rows_text(rows, row, 4), "category_id",
                      id_or_null(rows, row, 5), "amount", money(rows, row, found->amount), "amount_min",
                      money(rows, row, found->amount_min), "amount_max", money(rows, row, found->amount_max),
                      "currency", rows_text(rows, row, 1), "rrule", found->rule, "start", date(found->next),
                      "last_date", date(found->last), "next_date", date(found->next), "hits",
                      (json_int_t)found->hits, "confidence", found->confidence);
        json_array_append_new(data, item);
    }
    return json_write(arena, json_own(arena, json_pack("{so}", "data", data)));
}
