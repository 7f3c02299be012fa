#include "ledger/statistics.h"

int statistics_check(struct db *db, struct arena *arena, const struct id *after, int64_t people,
                     struct rollup_check *check, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, after);
    db_add_int(&params, people);
    if (db_run(db, &sql_statistics_verify, &params, &rows, err) != 0)
        return -1;
    *check = (struct rollup_check){.differences =
                                       arena_array(arena, (size_t)rows.count, sizeof *check->differences),
                                   .is_end = rows.count == 0};
    for (int row = 0; row < rows.count; row++) {
        check->last_user = rows_id(&rows, row, 0);
        if (rows_is_null(&rows, row, 1))
            continue;
        check->differences[check->count++] = (struct rollup_difference){
            .user = rows_id(&rows, row, 1),
            .month = rows_date(&rows, row, 2),
            .account = rows_id(&rows, row, 3),
            .category = rows_id(&rows, row, 4),
            .currency = rows_text(&rows, row, 5),
            .is_transfer = rows_bool(&rows, row, 6),
            .is_pending = rows_bool(&rows, row, 7),
            .kept = rows_text(&rows, row, 8),
            .counted = rows_text(&rows, row, 9),
        };
    }
    return 0;
}

static int repair(struct db *db, const struct db_params *params, int64_t *sums, struct err *err)
{
    struct db_rows rows;
    if (db_run(db, &sql_statistics_repair_lock, params, NULL, err) != 0 ||
        db_run(db, &sql_statistics_repair, params, &rows, err) != 0)
        return -1;
    *sums = rows.affected;
    return 0;
}

int statistics_repair(struct db *db, struct arena *arena, const struct id *user, int64_t *sums,
                      struct err *err)
{
    struct db_params params;
    db_params_init(&params, arena);
    db_add_id(&params, user);
    if (db_begin(db, err) != 0)
        return -1;
    if (repair(db, &params, sums, err) == 0 && db_commit(db, err) == 0)
        return 0;
    db_rollback(db);
    return -1;
}

int statistics_walk_read(struct db *db, struct arena *arena, struct id *after, bool *is_first,
                         struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    if (db_run(db, &sql_statistics_walk_read, &params, &rows, err) != 0)
        return -1;
    *is_first = rows.count == 0 || rows_is_null(&rows, 0, 0);
    if (!*is_first)
        *after = rows_id(&rows, 0, 0);
    return 0;
}

int statistics_walk_write(struct db *db, struct arena *arena, const struct id *after, struct err *err)
{
    struct db_params params;
    db_params_init(&params, arena);
    db_add_id(&params, after);
    return db_run(db, &sql_statistics_walk_write, &params, NULL, err);
}
