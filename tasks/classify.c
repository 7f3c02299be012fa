#include "tasks/classify.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/labels.h"

const char *const classify_scope_names[] = {"wanted", "automatic", "uncategorised", "all", "rules", NULL};

const char *classify_args(struct arena *arena, const struct id *user, enum classify_scope scope)
{
    char text[ID_TEXT_SIZE];
    id_format(user, text);
    return arena_printf(arena, "{\"user\":\"%s\",\"scope\":\"%s\"}", text, classify_scope_names[scope]);
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

size_t classify_sort_ids(struct id *ids, size_t count)
{
    size_t kept = 0;
    qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !id_equal(&ids[kept - 1], &ids[i]))
            ids[kept++] = ids[i];
    return kept;
}

int classify_follow_up(struct task_context *context, const struct id *users, size_t count, int64_t delay_ms,
                       struct err *err)
{
    struct arena *arena = context->arena;
    struct id *people = arena_array(arena, count, sizeof *people);
    struct id *ids = arena_array(arena, count, sizeof *ids);
    bool *wants = arena_array(arena, count, sizeof *wants);
    memcpy(people, users, count * sizeof *people);
    count = classify_sort_ids(people, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = id_new();
    if (labels_want(context->db, arena, people, ids, count, wants, err) != 0)
        return -1;
    int64_t now_ms = clock_wall_ms();
    for (size_t i = 0; i < count; i++) {
        char lane[ID_TEXT_SIZE];
        id_format(&people[i], lane);
        struct job job = {.id = ids[i],
                          .task = "classify_transactions",
                          .lane = arena_strdup(arena, lane),
                          .run_at_ms = delay_ms > 0 ? now_ms + delay_ms : 0,
                          .enqueued_at_ms = now_ms,
                          .args = str_of(classify_args(arena, &people[i], CLASSIFY_WANTED))};
        /* Nobody's: a person's list of jobs holds what he asked for. */
        if (wants[i] && task_follow_up(context, &job, NULL, err) != 0)
            return -1;
    }
    return 0;
}
