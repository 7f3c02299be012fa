#include "api/framing.h"

void framing_start(struct framing *framing, const struct head *head)
{
    *framing = (struct framing){.is_chunked = head->is_chunked, .left = head->content_length};
    framing->ended = !head->is_chunked && head->content_length == 0;
    chunked_init(&framing->chunked);
}

long framing_take(struct framing *framing, struct str bytes, size_t room, struct str *piece)
{
    *piece = (struct str){bytes.data, 0};
    struct str rest = {bytes.data, bytes.size < room ? bytes.size : room};
    if (!framing->is_chunked) {
        piece->size = rest.size < framing->left ? rest.size : (size_t)framing->left;
        framing->left -= piece->size;
        framing->ended = framing->left == 0;
        return (long)piece->size;
    }
    size_t before = rest.size;
    switch (chunked_read(&framing->chunked, &rest, piece)) {
    case CHUNKED_WRONG:
        return -1;
    case CHUNKED_END:
        framing->ended = true;
        break;
    case CHUNKED_DATA:
    case CHUNKED_MORE:
        break;
    }
    return (long)(before - rest.size);
}
