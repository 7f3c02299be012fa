#include "api/room.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/settings.h"
#include "queue/queue.h"

enum {
    ASK_EVERY_MS = 1000,
    ASK_AGAIN_MS = 20, /* while a queue is full */
    QUEUES_MAX = 64,   /* that the API's tasks have; of more the rest is not looked at */
};

struct entry {
    const char *queue;
    int64_t depth, bound; /* as Redis said; bound 0: none of its own */
    int64_t taken, asked; /* since then; of those, before the question that is on its way */
};

struct room {
    struct api *api;
    uv_timer_t timer;
    struct entry entries[QUEUES_MAX];
    size_t count;
    bool is_asking, was_used;
    uint64_t asked_at_ms;
};

static int64_t bound_of(const struct entry *entry)
{
    return entry->bound > 0 ? entry->bound : settings.queue_max;
}

static struct entry *find(struct room *room, struct str queue)
{
    for (size_t i = 0; i < room->count; i++)
        if (str_equal(queue, str_of(room->entries[i].queue)))
            return &room->entries[i];
    return NULL;
}

/* {queue, depth, bound, …}. A queue that is not in it is empty. */
static void read_reply(struct room *room, const redisReply *reply)
{
    for (size_t i = 0; i < room->count; i++) {
        struct entry *entry = &room->entries[i];
        entry->taken -= entry->asked;
        entry->depth = entry->bound = entry->asked = 0;
    }
    for (size_t i = 0; reply != NULL && reply->type == REDIS_REPLY_ARRAY && i + 2 < reply->elements; i += 3) {
        redisReply *const *row = reply->element + i;
        struct entry *entry = find(room, (struct str){row[0]->str, row[0]->len});
        if (entry == NULL)
            continue;
        entry->depth = row[1]->integer;
        entry->bound = row[2]->integer;
    }
}

static void on_depths(void *data, const redisReply *reply, const struct err *err)
{
    struct room *room = data;
    room->is_asking = false;
    read_reply(room, err == NULL ? reply : NULL);
}

static void ask(struct room *room)
{
    struct arena arena;
    struct redis_args args;
    struct err err;
    if (room->is_asking)
        return;
    room->asked_at_ms = uv_now(room->api->loop);
    arena_init(&arena);
    queue_call_init(&args, &arena, "depths");
    room->is_asking = queue_call_uv(room->api->queue, &args, on_depths, room, &err) == 0;
    arena_free(&arena);
    for (size_t i = 0; i < room->count; i++)
        room->entries[i].asked = room->entries[i].taken;
    if (!room->is_asking)
        read_reply(room, NULL);
}

static void on_timer(uv_timer_t *timer)
{
    struct room *room = timer->data;
    bool is_watched = room->was_used;
    for (size_t i = 0; i < room->count; i++)
        is_watched = is_watched || room->entries[i].depth > bound_of(&room->entries[i]) / 2;
    room->was_used = false;
    if (is_watched)
        ask(room);
}

struct room *room_new(struct api *api)
{
    struct room *room = calloc(1, sizeof *room);
    if (room == NULL)
        abort();
    room->api = api;
    uv_timer_init(api->loop, &room->timer);
    room->timer.data = room;
    uv_timer_start(&room->timer, on_timer, ASK_EVERY_MS, ASK_EVERY_MS);
    return room;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void room_close(struct room *room)
{
    uv_close((uv_handle_t *)&room->timer, on_closed);
}

bool room_take(struct room *room, const char *queue)
{
    struct entry *entry = find(room, str_of(queue));
    room->was_used = true;
    if (entry == NULL) {
        if (room->count == QUEUES_MAX)
            return true;
        entry = &room->entries[room->count++];
        *entry = (struct entry){.queue = queue};
        ask(room);
    }
    if (entry->depth + entry->taken < bound_of(entry)) {
        entry->taken++;
        return true;
    }
    if (uv_now(room->api->loop) - room->asked_at_ms >= ASK_AGAIN_MS)
        ask(room);
    return false;
}
