#include "api/turn.h"

static void flush(struct turn *turn)
{
    if (!turn->is_marked)
        return;
    turn->is_marked = false;
    turn->flush(turn->arg);
}

static void on_check(uv_check_t *check)
{
    flush(check->data);
}

static void on_prepare(uv_prepare_t *prepare)
{
    flush(prepare->data);
}

void turn_init(struct turn *turn, uv_loop_t *loop, void (*function)(void *arg), void *arg)
{
    *turn = (struct turn){.flush = function, .arg = arg};
    turn->check.data = turn->prepare.data = turn;
    uv_check_init(loop, &turn->check);
    uv_prepare_init(loop, &turn->prepare);
    uv_check_start(&turn->check, on_check);
    uv_prepare_start(&turn->prepare, on_prepare);
    uv_unref((uv_handle_t *)&turn->check);
    uv_unref((uv_handle_t *)&turn->prepare);
}

void turn_mark(struct turn *turn)
{
    turn->is_marked = true;
}
