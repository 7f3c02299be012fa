#include "worker/acks.h"

#include <string.h>

void acks_init(struct acks *acks)
{
    arena_init(&acks->arena);
    redis_args_init(&acks->done, &acks->arena);
    redis_args_init(&acks->full, &acks->arena);
}

void acks_reset(struct acks *acks)
{
    arena_reset(&acks->arena);
    redis_args_init(&acks->done, &acks->arena);
    redis_args_init(&acks->full, &acks->arena);
}

bool acks_are_empty(const struct acks *acks)
{
    return acks->done.count == 0 && acks->full.count == 0;
}

static void add_copy(struct acks *acks, struct redis_args *args, struct str text)
{
    redis_add(args, arena_memdup(&acks->arena, text.data, text.size), text.size);
}

void acks_add_done(struct acks *acks, struct str id)
{
    add_copy(acks, &acks->done, id);
}

void acks_add(struct acks *acks, char kind, struct str id, const char *a, struct str b)
{
    add_copy(acks, &acks->full, (struct str){&kind, 1});
    add_copy(acks, &acks->full, id);
    add_copy(acks, &acks->full, str_of(a));
    add_copy(acks, &acks->full, b);
}

static bool is_there(const struct redis_args *args, size_t first, size_t step, struct str id)
{
    for (size_t i = first; i < args->count; i += step)
        if (str_equal((struct str){args->values[i], args->sizes[i]}, id))
            return true;
    return false;
}

bool acks_hold(const struct acks *acks, struct str id)
{
    return is_there(&acks->done, 0, 1, id) || is_there(&acks->full, 1, 4, id);
}

void acks_move(struct acks *to, struct acks *from)
{
    for (size_t i = 0; i < from->done.count; i++)
        add_copy(to, &to->done, (struct str){from->done.values[i], from->done.sizes[i]});
    for (size_t i = 0; i < from->full.count; i++)
        add_copy(to, &to->full, (struct str){from->full.values[i], from->full.sizes[i]});
    acks_reset(from);
}

void acks_write(const struct acks *acks, struct redis_args *args)
{
    redis_add_int(args, (int64_t)acks->done.count);
    for (size_t i = 0; i < acks->done.count; i++)
        redis_add(args, acks->done.values[i], acks->done.sizes[i]);
    redis_add_int(args, (int64_t)(acks->full.count / 4));
    for (size_t i = 0; i < acks->full.count; i++)
        redis_add(args, acks->full.values[i], acks->full.sizes[i]);
}
