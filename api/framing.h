#ifndef API_FRAMING_H
#define API_FRAMING_H

/* Where the body of one request ends and what its content is: by Content-Length or by chunks. Pure. */

#include "api/chunked.h"
#include "api/head.h"

struct framing {
    bool is_chunked, ended;
    uint64_t left; /* of a Content-Length */
    struct chunked chunked;
};

/* A head without a body gives one that has ended. */
void framing_start(struct framing *framing, const struct head *head);

/* Takes bytes from the front of `bytes`, of which at most `room` are content: a view of it is put in *piece,
 * which may be empty. Gives how many bytes were taken, -1 when the framing is broken. */
long framing_take(struct framing *framing, struct str bytes, size_t room, struct str *piece);

#endif
