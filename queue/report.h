#ifndef QUEUE_REPORT_H
#define QUEUE_REPORT_H

/* Replies of the queue's operator functions as JSON, the same for `purser … --json` and /v1/admin. All in the
 * arena; NULL with ERR_BUG when the reply is in a form that this program does not know. */

#include "queue/queue.h"

/* purser_queues: {"scheduled", "dead", "held", "running", "jobs", "unrecorded", "data": [{"name", "depth",
 * "lanes", "oldest_age_ms", "paused"}], "next_cursor": null} */
const char *report_queues(const redisReply *reply, struct arena *arena, int64_t now_ms, struct err *err);

/* purser_nodes: {"data": [{"node", "lease_left_ms", "running", "pid", "children", "busy", "quiet"}],
 * "next_cursor": null} */
const char *report_nodes(const redisReply *reply, struct arena *arena, struct err *err);

/* purser_dead: [{"id", "died_at", "reason", "task", "queue", "attempt", "crashes"}]. The offset of the next
 * page stands in reply->element[0], -1 at the end. */
const char *report_dead(const redisReply *reply, struct arena *arena, struct err *err);

/* purser_explain: its fields, times as RFC 3339, and "why", one sentence. "null" when Redis does not have the
 * job. */
const char *report_explain(const redisReply *reply, struct arena *arena, struct err *err);

#endif
