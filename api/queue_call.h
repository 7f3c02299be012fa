#ifndef API_QUEUE_CALL_H
#define API_QUEUE_CALL_H

/* A request that one function of the queue answers (queue/functions), for operators. */

#include "api/request.h"
#include "queue/queue.h"

struct queue_call {
    struct request *request;
    struct redis_args args; /* add the function's arguments before sending */
    /* What the reply says as JSON, in the arena; "null" is answered as 404, NULL with err as the error. */
    const char *(*report)(const redisReply *reply, struct arena *arena, struct err *err);
    /* In place of report: does all of the answering. */
    void (*done)(struct queue_call *call, const redisReply *reply);
    void *state; /* the handler's own */
};

/* purser_NAME; the call lives as long as the request. */
struct queue_call *queue_call_begin(struct request *request, const char *name);

/* Sends it; a failure is answered. May be sent again from `done`. */
void queue_call_send(struct queue_call *call);

#endif
