#include "ledger/rules.h"

#include "base/faults.h"

static bool read_rule(const struct db_rows *rows, int row, struct arena *arena, struct rule *rule)
{
    struct faults faults;
    faults_init(&faults, arena);
    json_t *body = json_read(arena, rows_bytes(rows, row, 2), &faults);
    if (body == NULL || rule_read(body, "", arena, rule, &faults) != 0)
        return false;
    rule->id = rows_id(rows, row, 1);
    return rule->enabled;
}

void rules_read_rows(const struct db_rows *rows, int *row, const struct id *user, struct arena *arena,
                     struct rule_list *list)
{
    int from = *row;
    for (; *row < rows->count; ++*row) {
        struct id owner = rows_id(rows, *row, 0);
        if (!id_equal(&owner, user))
            break;
    }
    *list = (struct rule_list){
        .rules = arena_array(arena, (size_t)(*row - from), sizeof *list->rules),
        .since_ms = arena_array(arena, (size_t)(*row - from), sizeof *list->since_ms),
    };
    for (int i = from; i < *row; i++)
        if (read_rule(rows, i, arena, &list->rules[list->count]))
            list->since_ms[list->count++] = rows_time(rows, i, 3);
}

int rules_load(struct db *db, struct arena *arena, const struct id *users, size_t count,
               struct rule_list *lists, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    int row = 0;
    db_params_init(&params, arena);
    db_add_ids(&params, users, NULL, count);
    if (db_run(db, &sql_rule_read, &params, &rows, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        rules_read_rows(&rows, &row, &users[i], arena, &lists[i]);
    return 0;
}

const struct rule *rule_list_match(const struct rule_list *list, const struct rule_row *row,
                                   int64_t stored_ms, bool is_run)
{
    for (size_t i = 0; i < list->count; i++)
        if ((is_run || list->since_ms[i] <= stored_ms) && rule_matches(&list->rules[i], row))
            return &list->rules[i];
    return NULL;
}
