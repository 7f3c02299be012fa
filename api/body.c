#include "api/body.h"

void body_start(struct body *body, const struct head *head)
{
    *body = (struct body){.is_chunked = head->is_chunked, .left = head->content_length};
    body->ended = !head->is_chunked && head->content_length == 0;
    chunked_init(&body->chunked);
}

long body_take(struct body *body, struct str bytes, size_t room, struct str *piece)
{
    *piece = (struct str){bytes.data, 0};
    struct str rest = {bytes.data, bytes.size < room ? bytes.size : room};
    if (!body->is_chunked) {
        piece->size = rest.size < body->left ? rest.size : (size_t)body->left;
        body->left -= piece->size;
        body->ended = body->left == 0;
        return (long)piece->size;
    }
    size_t before = rest.size;
    switch (chunked_read(&body->chunked, &rest, piece)) {
    case CHUNKED_WRONG:
        return -1;
    case CHUNKED_END:
        body->ended = true;
        break;
    case CHUNKED_DATA:
    case CHUNKED_MORE:
        break;
    }
    return (long)(before - rest.size);
}
