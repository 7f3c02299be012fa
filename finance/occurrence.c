#include "finance/occurrence.h"

static const char *const state_names[OCCURRENCE_STATES] = {"scheduled", "posted",  "skipped",
                                                           "postponed", "matched", "missed"};
static const char *const catch_up_names[CATCH_UPS] = {"post_all", "post_latest", "mark_missed"};

const char *occurrence_state_name(enum occurrence_state state)
{
    return state_names[state];
}

int occurrence_state_parse(struct str name, enum occurrence_state *state)
{
    int index = str_index(name, state_names, OCCURRENCE_STATES);
    if (index < 0)
        return -1;
    *state = (enum occurrence_state)index;
    return 0;
}

int catch_up_parse(struct str name, enum catch_up *catch_up)
{
    int index = str_index(name, catch_up_names, CATCH_UPS);
    if (index < 0)
        return -1;
    *catch_up = (enum catch_up)index;
    return 0;
}

bool occurrence_may_become(enum occurrence_state from, enum occurrence_state to)
{
#define TO(state) (1U << OCCURRENCE_##state)
    static const unsigned followers[OCCURRENCE_STATES] = {
        [OCCURRENCE_SCHEDULED] = TO(POSTED) | TO(SKIPPED) | TO(POSTPONED) | TO(MATCHED) | TO(MISSED),
        [OCCURRENCE_POSTED] = TO(MATCHED),
        [OCCURRENCE_SKIPPED] = TO(SCHEDULED) | TO(POSTED) | TO(POSTPONED) | TO(MATCHED),
        [OCCURRENCE_POSTPONED] =
            TO(SCHEDULED) | TO(POSTED) | TO(SKIPPED) | TO(POSTPONED) | TO(MATCHED) | TO(MISSED),
        [OCCURRENCE_MATCHED] = 0,
        [OCCURRENCE_MISSED] = TO(POSTED) | TO(SKIPPED) | TO(POSTPONED) | TO(MATCHED),
    };
#undef TO
    return (followers[from] >> to & 1U) != 0;
}

void occurrence_catch_up(enum catch_up catch_up, int64_t now_ms, int64_t grace_ms, size_t most,
                         const int64_t *due_ms, size_t count, bool *post)
{
    size_t late = 0;
    while (late < count && due_ms[late] < now_ms - grace_ms)
        late++;
    if (catch_up == CATCH_UP_NONE)
        most = 0;
    else if (catch_up == CATCH_UP_LATEST)
        most = late == count && most > 0 ? 1 : 0; /* one that is not late is the newest */
    for (size_t i = 0; i < count; i++)
        post[i] = i >= late || late - i <= most;
}

int64_t occurrence_amount_left(int64_t total, int64_t entered, int64_t amount)
{
    if (total == 0)
        return amount;
    int64_t left = total - entered;
    if (total > 0)
        return left <= 0 ? 0 : left < amount ? left : amount;
    return left >= 0 ? 0 : left > amount ? left : amount;
}

int64_t occurrence_estimate(const int64_t *amounts, size_t count)
{
    __int128 sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += amounts[i];
    __int128 size = (__int128)count, half = size / 2;
    return (int64_t)((sum >= 0 ? sum + half : sum - half) / size);
}
