/* Addresses and words of mails: whatever is taken, the message is made of lines within their limit, and only
 * of the header lines that it should have. */

#include <stdlib.h>
#include <string.h>

#include "mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_lines(const char *message)
{
    size_t headers = 0;
    bool in_head = true;
    for (const char *line = message, *end; *line != '\0'; line = end + 2) {
        end = strstr(line, "\r\n");
        require(end != NULL && end - line <= 998);
        require(memchr(line, '\n', (size_t)(end - line)) == NULL &&
                memchr(line, '\r', (size_t)(end - line)) == NULL);
        in_head = in_head && end != line;
        headers += in_head && *line != ' ';
        require(in_head || end - line <= 76);
    }
    require(headers == 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct err err;
    arena_init(&arena);
    char *text = arena_memdup(&arena, data, size), *subject = memchr(text, '\n', size);
    size_t address_size = subject == NULL ? size : (size_t)(subject - text);
    struct mail_message message = {
        .message_id = "1@x.test", .date_ms = 0, .subject = "", .text = "", .html = "<p>"};
    if (subject != NULL) {
        char *body = strchr(++subject, '\n');
        if (body != NULL) {
            *body = '\0';
            message.text = body + 1;
        }
        message.subject = subject;
    }
    if (mail_address_parse(&arena, (struct str){text, address_size}, &message.to, &err) == 0) {
        message.from = message.to;
        struct buf out;
        buf_init(&out, MAIL_MESSAGE_MAX);
        if (mail_message_write(&message, &out, &err) == 0)
            check_lines(out.data);
        buf_free(&out);
    }
    arena_free(&arena);
    return 0;
}
