#include "ledger/listing.h"

#include <string.h>

#include "base/settings.h"
#include "finance/date.h"
#include "sql.h"

static bool is_searched(const struct listing *listing)
{
    return listing->words != NULL || listing->tag != NULL || listing->min != NULL || listing->max != NULL ||
           listing->upload != NULL;
}

static bool is_deleted(const struct listing *listing)
{
    return listing->status == LISTING_DELETED;
}

static bool is_pending(const struct listing *listing)
{
    return listing->status == LISTING_PENDING;
}

static bool is_of_category(const struct listing *listing)
{
    return listing->category != NULL;
}

static bool is_uncategorised(const struct listing *listing)
{
    return listing->uncategorised;
}

static bool is_of_account(const struct listing *listing)
{
    return listing->account != NULL;
}

/* The first that fits. Tombstones and pending rows come first: they are few, whatever else is asked for. */
static const struct {
    bool (*fits)(const struct listing *listing);
    const struct sql *sql;
} drivers[] = {
    {is_deleted, &sql_transaction_list_deleted},
    {is_pending, &sql_transaction_list_pending},
    {is_searched, &sql_transaction_search},
    {is_of_category, &sql_transaction_list_category},
    {is_uncategorised, &sql_transaction_list_uncategorised},
    {is_of_account, &sql_transaction_list_account},
};

static const struct sql *find_statement(const struct listing *listing)
{
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (drivers[i].fits(listing))
            return drivers[i].sql;
    return &sql_transaction_list;
}

/* One bound for the cursor and for `to`: an index scan begins at one bound, and skips rows for a second. */
static void add_before(const struct listing *listing, struct db_params *params)
{
    const char *date = "infinity", *id = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    if (listing->before_date != NULL) {
        date = listing->before_date;
        id = listing->before_id;
    }
    int32_t before;
    if (listing->has_to && listing->to < DATE_MAX &&
        (listing->before_date == NULL || (date_parse(str_of(date), &before) == 0 && before > listing->to))) {
        char *text = arena_alloc(params->arena, DATE_TEXT_SIZE);
        date_format(listing->to + 1, text);
        date = text;
        id = "00000000-0000-0000-0000-000000000000";
    }
    db_add_text(params, date);
    db_add_text(params, id);
}

const struct sql *listing_params(const struct listing *listing, struct db_params *params)
{
    static const char *const statuses[] = {NULL, "booked", "pending", NULL};
    db_add_id(params, listing->user);
    add_before(listing, params);
    db_add_int(params, listing->limit);
    db_add_id(params, listing->account);
    db_add_id(params, listing->category);
    db_add_text(params, listing->tag);
    if (listing->has_from)
        db_add_date(params, listing->from);
    else
        db_add_null(params);
    db_add_text(params, listing->min);
    db_add_text(params, listing->max);
    db_add_text(params, listing->words);
    db_add_text(params, statuses[listing->status]);
    db_add_id(params, listing->upload);
    db_add_bool(params, listing->uncategorised);
    const struct sql *sql = find_statement(listing);
    if (sql == &sql_transaction_search)
        db_add_int(params, settings.search_recent_rows);
    return sql;
}
