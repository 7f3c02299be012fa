#ifndef API_IDEMPOTENT_H
#define API_IDEMPOTENT_H

/*
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a POST under a key takes effect once, however
 * often it is sent. Before the work a row reserves the key together with the id of what the work will make
 * (request->id); behind it the sealed answer is kept there. A repetition gets that answer; one that comes
 * while the first is at work waits for it; one that comes after a crash works again, with the same id. A key
 * is its user's; under it only the same method, target and body are taken. A streamed body is hashed as it
 * passes; a repetition is read to its end and compared before it is answered.
 */

#include "api/request.h"

struct idempotency;

struct idempotency *idempotency_new(struct api *api);
void idempotency_close(struct idempotency *idempotency);

/* Calls next when the request has to be worked on, and will keep its answer; answers it itself otherwise. */
void idempotent_begin(struct request *request, void (*next)(struct request *request));

/* Called with what request_read_body delivers: piece and state as there. */
void idempotent_saw_piece(struct request *request, struct str piece, int state);

#endif
