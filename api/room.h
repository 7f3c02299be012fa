#ifndef API_ROOM_H
#define API_ROOM_H

/* How much room the queues have, so that work for a full one is refused before a row of it is written. Costs
 * a request a comparison of a few names: what waits is asked of Redis once a second while requests come or a
 * queue is half full, and at once when the room is used up; between two answers what this process took is
 * counted. Several processes, and work that was being accepted when the queue ran full, may go beyond the
 * bound by what they took since their last answers. Without an answer (Redis is gone) there is room: the rows
 * are in PostgreSQL. */

#include <stdbool.h>

struct api;
struct room;

struct room *room_new(struct api *api);
void room_close(struct room *room); /* after queue_uv_close: no answer may come any more */

/* Takes room for one job. False: the queue holds as many as it may, its field bound:QUEUE of purser_control
 * or else PURSER_QUEUE_MAX. queue: a task's, lives as long as the program. */
bool room_take(struct room *room, const char *queue);

#endif
